"""The cluster of the local example: what it consists of, and its start and stop."""

import fcntl
import os
import shutil
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../scripts"))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from cluster import SOURCE, ClusterError  # noqa: E402
from cluster.cluster import Cluster, Keyspace, load_processes, stop  # noqa: E402
from cluster.ports import FixedPorts, is_free  # noqa: E402

ROOT = os.path.abspath(os.environ.get("KEYSPAN_DATA") or os.path.join(SOURCE, "vtdataroot"))
KEYSPACES = (
    Keyspace("commerce", replicas=1, vschema=os.path.join(HERE, "commerce_vschema.json")),
    Keyspace("customer", ("-80", "80-"), replicas=2, vschema=os.path.join(HERE, "customer_vschema.json")),
)
# All that a cluster puts into its folder: `down --wipe` removes nothing that holds anything else.
OUR_FILES = {".lock", "auth.json", "cluster.json", "cluster.json.new", "log", "mysql", "samples_loaded",
             "zookeeper"}
GREETING = """
The cluster is up. Connect to it as to one MySQL:

    mariadb -h 127.0.0.1 -P {port} -u app -papp customer

Three queries to try:

    SELECT * FROM customer WHERE customer_id = 3;
    SELECT city, COUNT(*) AS customers FROM customer GROUP BY city ORDER BY customers DESC, city;
    SELECT sku, SUM(quantity), SUM(price) FROM corder GROUP BY sku ORDER BY sku;

The first reads one shard, the others both. Shards and tablets:  {vtctl} GetTablets
Data and logs: {root}    Stop it: examples/local/down (--wipe removes the data too)"""


def say(text):
    print(f"[{time.monotonic() - STARTED:5.1f} s] {text}", flush=True)


def make_cluster():
    return Cluster(ROOT, FixedPorts(), KEYSPACES, tied=False, report=say,
                   mysql_options={"performance_schema": False, "buffer_pool": "128M"})


def wanted_ports(cluster):
    ports = {cluster.ports.zookeeper: "ZooKeeper", cluster.ports.vtgate_mysql: "vtgate",
             cluster.ports.vtgate_http: "vtgate's HTTP"}
    for tablet in cluster.tablets:
        for kind, port in tablet.ports.items():
            ports[port] = f"{kind} of tablet {tablet.alias}"
    return ports


def print_greeting(cluster):
    vtctl = "build/release/bin/vtctl " + " ".join(cluster.topo_flags())
    print(GREETING.format(port=cluster.ports.vtgate_mysql, vtctl=vtctl, root=ROOT))


def refuse_second_start(cluster):
    """Exit status when the cluster cannot be started because of what runs already, else None."""
    known = load_processes(ROOT)
    running = [process for process in known if process.alive()]
    if running and len(running) == len(known) and len(known) == len(cluster.processes()):
        print(f"The cluster in {ROOT} runs already.")
        print_greeting(cluster)
        return 0
    if running:
        dead = sorted({process.name for process in cluster.processes()} - {process.name for process in running})
        print(f"A part of the cluster in {ROOT} runs already; not running: {', '.join(dead)}.\n"
              "Stop it, then start it again: examples/local/down && examples/local/up (its data stays)", file=sys.stderr)
        return 1
    taken = {port: what for port, what in wanted_ports(cluster).items() if not is_free(port)}
    if taken:
        print("Another program uses ports that the cluster needs:", file=sys.stderr)
        for port, what in sorted(taken.items()):
            print(f"    127.0.0.1:{port}  ({what})", file=sys.stderr)
        print("Nothing was started. Is a cluster of another checkout still up?", file=sys.stderr)
        return 1
    return None


def statements(name):
    """The statements of one .sql file of this folder."""
    with open(os.path.join(HERE, name), encoding="utf-8") as text:
        lines = [line for line in text if not line.startswith("--")]
    return [part.strip() for part in "".join(lines).split(";") if part.strip()]


def load_samples(cluster):
    """Creates the sample tables that are missing and fills those that are empty."""
    for keyspace in KEYSPACES:
        connection = cluster.connect(keyspace.name)
        present = {row[0] for row in _run(connection, "SHOW TABLES")}
        for file in (f"{keyspace.name}_schema.sql", f"{keyspace.name}_data.sql"):
            for statement in statements(file):
                words = statement.split()  # CREATE TABLE name, or INSERT INTO name
                if words[0] == "CREATE" and words[2] in present:
                    continue
                if words[0] == "INSERT" and _run(connection, f"SELECT COUNT(*) FROM {words[2]}")[0][0]:
                    continue
                _run(connection, statement)
        connection.close()


def _run(connection, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def up():
    cluster = make_cluster()
    status = refuse_second_start(cluster)
    if status is not None:
        return status
    try:
        cluster.up()
        marker = os.path.join(ROOT, "samples_loaded")
        if not os.path.exists(marker):
            say("loading the sample tables")
            load_samples(cluster)
            open(marker, "w", encoding="ascii").close()
    except BaseException as error:
        print(f"\nThe cluster did not come up: {error or type(error).__name__}", file=sys.stderr)
        print(f"Stopping what was started. Logs: {ROOT}/log", file=sys.stderr)
        cluster.down()
        if isinstance(error, (ClusterError, KeyboardInterrupt)):
            return 1
        raise
    say("ready")
    print_greeting(cluster)
    return 0


def down(wipe):
    running = [process for process in load_processes(ROOT) if process.alive()]
    if running:
        say(f"stopping {len(running)} processes")
        stop(running)
        say("stopped")
    else:
        print(f"No cluster runs in {ROOT}.")
    if wipe and os.path.isdir(ROOT):
        foreign = set(os.listdir(ROOT)) - OUR_FILES
        if foreign:
            print(f"{ROOT} holds more than a cluster ({', '.join(sorted(foreign)[:5])}); not removed", file=sys.stderr)
            return 1
        shutil.rmtree(ROOT)
        print(f"removed {ROOT}")
    return 0


def main():
    command, options = sys.argv[1], sys.argv[2:]
    if [option for option in options if option != "--wipe"]:
        print(f"{command}: unknown option {options[0]} (see --help)", file=sys.stderr)
        return 2
    if command == "down" and not os.path.isdir(ROOT):
        print(f"No cluster runs in {ROOT}.")
        return 0
    os.makedirs(ROOT, exist_ok=True)
    with open(os.path.join(ROOT, ".lock"), "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print(f"Another up or down is at work in {ROOT}.", file=sys.stderr)
            return 1
        try:
            return up() if command == "up" else down("--wipe" in options)
        finally:
            # Nothing came of it: leave nothing behind.
            if os.path.isdir(ROOT) and os.listdir(ROOT) == [".lock"]:
                shutil.rmtree(ROOT)


STARTED = time.monotonic()
if __name__ == "__main__":
    sys.exit(main())
