"""What one container of docker-compose.yml runs.

    node.py zookeeper
    node.py tablet UID        a mysqld and its vttablet
    node.py control           sets the cluster up where that is not done yet, then stays, for vtctl
    node.py vtgate            loads the sample tables when they are not there
    node.py health ROLE       the health check of a role

A role ends as soon as one of its processes ends, and the restart policy starts all of it anew. The
cluster is the one of examples/local: its description is taken from there.
"""

import os
import signal
import socket
import sys
import time

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), folder)
                for folder in ("../scripts", "../examples/local")]

# pylint: disable=wrong-import-position
import local_cluster  # noqa: E402
import pymysql  # noqa: E402
from cluster import ClusterError, zookeeper  # noqa: E402
from cluster.cluster import Cluster  # noqa: E402

ROOT = os.environ.get("KEYSPAN_DATA", "/var/lib/keyspan")
TOPO_SERVER = os.environ.get("KEYSPAN_TOPO_SERVER", "zookeeper:2181")
READY = "/tmp/ready"  # in the container's own file system, so it is gone when the container is


class ContainerPorts:
    """Each container has an address of its own, so all tablets have the same ports."""

    zookeeper = 2181
    vtgate_mysql = 15306
    vtgate_http = 15001

    def tablet(self, _uid):
        return {"http": 15100, "rpc": 16100, "mysql": 3306}


def describe():
    """The whole cluster, seen from this container."""
    return Cluster(ROOT, ContainerPorts(), local_cluster.KEYSPACES, topo_server=TOPO_SERVER, address="0.0.0.0",
                   host=socket.gethostname(), console=True, mysql_options={"buffer_pool": "128M"})


def watch(processes):
    """Returns when one of the processes has ended or this program is told to end; ends the others."""
    def stop(*_):
        raise SystemExit(0)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        while all(process.alive() for process in processes):
            time.sleep(0.2)
        raise SystemExit(", ".join(process.name for process in processes if not process.alive()) + " has ended")
    finally:
        for process in processes:
            process.stop()


def run_zookeeper(cluster):
    cluster.write_files()
    cluster.zookeeper.start()
    watch([cluster.zookeeper])


def run_tablet(cluster, uid):
    tablet = find_tablet(cluster, uid)
    tablet.mysql.prepare()
    tablet.mysql.start()
    tablet.mysql.wait_ready()
    tablet.process.start()
    # mysqld last: the vttablet closes its transactions first.
    watch([tablet.process, tablet.mysql.process])


def run_control(cluster):
    attempt(cluster.create_topology, 60)
    attempt(cluster.init_primaries, 120)  # each needs its tablets to be there
    attempt(cluster.apply_vschemas, 60)
    open(READY, "w", encoding="ascii").close()
    watch([])


def run_vtgate(cluster):
    cluster.write_files()
    cluster.vtgate.start()
    cluster.wait_vtgate(120)
    attempt(lambda: local_cluster.load_samples(cluster), 60)
    open(READY, "w", encoding="ascii").close()
    watch([cluster.vtgate])


def attempt(function, timeout):
    """Repeats what fails while other containers are still on their way."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            return function()
        except (ClusterError, pymysql.Error, OSError) as error:
            if time.monotonic() > deadline:
                raise
            print(f"not yet: {error}", flush=True)
            time.sleep(1)


def find_tablet(cluster, uid):
    return next(tablet for tablet in cluster.tablets if tablet.uid == int(uid))


def is_healthy(cluster, role, arguments):
    if role == "zookeeper":
        return zookeeper.is_ready(cluster.ports.zookeeper)
    if role == "tablet":
        tablet = find_tablet(cluster, *arguments)
        return tablet.mysql.is_ready() and tablet.is_listening()
    return os.path.exists(READY) and (role != "vtgate" or cluster.vtgate_answers())


def main():
    role, arguments = sys.argv[1], sys.argv[2:]
    if role == "health":
        return 0 if is_healthy(describe(), arguments[0], arguments[1:]) else 1
    if os.path.exists(READY):
        os.remove(READY)
    roles = {"zookeeper": run_zookeeper, "tablet": run_tablet, "control": run_control, "vtgate": run_vtgate}
    return roles[role](describe(), *arguments)


if __name__ == "__main__":
    sys.exit(main())
