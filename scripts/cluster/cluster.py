"""A whole cluster: ZooKeeper, mysqlds, vttablets and a vtgate, described by keyspaces."""

import concurrent.futures
import dataclasses
import json
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request

import pymysql

from . import ClusterError, binaries, zookeeper
from .mysql import MysqlServer
from .process import Process

CELL = "zone1"
TOPO_ROOT = "/keyspan"


@dataclasses.dataclass
class Keyspace:
    """What to start for one keyspace. The first tablet of each shard becomes its primary."""

    name: str
    shards: tuple = ("0",)
    replicas: int = 0
    vschema: object = None  # a dict, the path of a JSON file, or None
    schema: str = ""        # SQL run through vtctl ApplySchema once the cluster is up

    @property
    def sharded(self):
        return self.shards != ("0",)

    @property
    def durability(self):
        return "semi_sync" if self.replicas else "none"


@dataclasses.dataclass
class Tablet:
    """A vttablet and the mysqld that it serves."""

    keyspace: Keyspace
    shard: str
    uid: int
    mysql: MysqlServer
    process: Process
    ports: dict

    @property
    def alias(self):
        return f"{CELL}-{self.uid:010d}"

    def is_listening(self):
        return accepts(self.ports["rpc"])

    def is_serving(self):
        return http_ok(self.ports["http"], "/healthz")


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def http_ok(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as reply:
            return reply.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _in_parallel(function, items):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return list(pool.map(function, items))


class Cluster:
    """Processes and ports of one cluster under the folder `root`.

    up() may be called on a folder that an earlier cluster left behind: it continues with the data
    and the topology that are there. Not thread-safe, but its processes may be killed and started
    from any thread.

    Where each process has a container of its own (docker/node.py), all describe the same cluster
    and each starts its part: `address` is what servers listen on, `host` the name by which others
    reach this one, and logs go to the standard output (`console`).
    """

    def __init__(self, root, ports, keyspaces, tied=True, vtgate_flags=(), vttablet_flags=(),
                 mysql_options=None, tls=False, users=None, report=lambda text: None,
                 topo_server=None, address="127.0.0.1", host="127.0.0.1", console=False):
        self.root = os.path.abspath(root)
        self.ports = ports
        self.keyspaces = list(keyspaces)
        self.tied = tied
        self.report = report
        self.tls = tls
        self.users = users or {"app": "app"}
        self.topo_server = topo_server or f"127.0.0.1:{ports.zookeeper}"
        self.address = address
        self.host = host
        self.console = console
        self.zookeeper = zookeeper.process(self.root, self.log("zookeeper"), tied)
        self.tablets = []
        for number, keyspace in enumerate(self._shards()):
            for index in range(keyspace[0].replicas + 1):
                self.tablets.append(self._tablet(*keyspace, 100 * (number + 1) + index,
                                                 vttablet_flags, mysql_options or {}))
        self.vtgate = self._vtgate(vtgate_flags)

    # Describing the processes.

    def _shards(self):
        return [(keyspace, shard) for keyspace in self.keyspaces for shard in keyspace.shards]

    def log(self, name):
        return None if self.console else os.path.join(self.root, "log", name + ".log")

    def topo_flags(self):
        return [f"--topo_server={self.topo_server}", f"--topo_root={TOPO_ROOT}"]

    def _tablet(self, keyspace, shard, uid, flags, mysql_options):
        alias = f"{CELL}-{uid:010d}"
        ports = self.ports.tablet(uid)
        mysql = MysqlServer(f"mysqld-{uid}", os.path.join(self.root, "mysql", str(uid)), self.log(f"mysqld-{uid}"),
                            ports["mysql"], uid, self.tied, address=self.address, host=self.host, **mysql_options)
        process = Process(f"vttablet-{uid}", [
            os.path.join(binaries(), "vttablet"), *self.topo_flags(), f"--cell={CELL}", f"--alias={alias}",
            f"--keyspace={keyspace.name}", f"--shard={shard}", "--tablet_type=replica",
            f"--rpc_port={ports['rpc']}", f"--http_port={ports['http']}",
            f"--hostname={self.host}", f"--listen_host={self.address}", f"--mysql_socket={mysql.socket}", f"--mysql_port={ports['mysql']}", "--mysql_user=vt_app",
            *flags], self.log(f"vttablet-{uid}"), self.tied)
        return Tablet(keyspace, shard, uid, mysql, process, ports)

    def _vtgate(self, flags):
        arguments = [
            os.path.join(binaries(), "vtgate"), *self.topo_flags(), f"--cell={CELL}",
            f"--mysql_host={self.address}", f"--mysql_port={self.ports.vtgate_mysql}",
            f"--http_port={self.ports.vtgate_http}", f"--auth_file={self.root}/auth.json"]
        if self.tls:
            arguments += [f"--tls_cert={self.root}/tls/cert.pem", f"--tls_key={self.root}/tls/key.pem"]
        return Process("vtgate", arguments + list(flags), self.log("vtgate"), self.tied)

    def processes(self):
        """In the order in which they are stopped."""
        return [self.vtgate, *(tablet.process for tablet in self.tablets),
                *(tablet.mysql.process for tablet in self.tablets), self.zookeeper]

    def tablet(self, keyspace, shard="0", index=0):
        """The index-th tablet of a shard; index 0 is its first primary."""
        return [tablet for tablet in self.tablets
                if tablet.keyspace.name == keyspace and tablet.shard == shard][index]

    # Starting.

    def up(self):
        for program in ("vtgate", "vttablet", "vtctl"):
            if not os.access(os.path.join(binaries(), program), os.X_OK):
                raise ClusterError(f"{program} is not built: no {binaries()}/{program}; run scripts/build")
        os.makedirs(os.path.join(self.root, "log"), exist_ok=True)
        self.write_files()
        self.report(f"starting ZooKeeper and {len(self.tablets)} MySQL servers")
        self.zookeeper.start()
        self.save()
        _in_parallel(lambda tablet: (tablet.mysql.prepare(), tablet.mysql.start()), self.tablets)
        self.save()
        self.wait_zookeeper()
        self.create_topology()
        _in_parallel(lambda tablet: tablet.mysql.wait_ready(), self.tablets)
        self.report(f"starting {len(self.tablets)} vttablets")
        for tablet in self.tablets:
            tablet.process.start()
        self.save()
        for tablet in self.tablets:
            tablet.process.wait_until(tablet.is_listening, 30, "listen")
        for tablet in self.tablets:
            tablet.process.wait_until(lambda alias=tablet.alias: alias in self.vtctl("GetTablets"), 30, "register")
        self.report("choosing primaries")
        self.init_primaries()
        self.apply_vschemas()
        self.report("starting vtgate")
        self.vtgate.start()
        self.save()
        self.wait_tablets()
        self.wait_vtgate()
        for keyspace in self.keyspaces:
            if keyspace.schema:
                self.vtctl("ApplySchema", f"--sql={keyspace.schema}", keyspace.name)
        return self

    def write_files(self):
        zookeeper.write_files(self.root, self.ports.zookeeper, self.address)
        with open(os.path.join(self.root, "auth.json"), "w", encoding="utf-8") as out:
            json.dump({user: [{"Password": password}] for user, password in self.users.items()}, out)
        if self.tls and not os.path.exists(f"{self.root}/tls/cert.pem"):
            os.makedirs(f"{self.root}/tls", exist_ok=True)
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
                 "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                 "-keyout", f"{self.root}/tls/key.pem", "-out", f"{self.root}/tls/cert.pem"],
                check=True, capture_output=True)

    def create_topology(self):
        """Cell, keyspaces and shards; those that an earlier start made stay as they are."""
        known = self.vtctl("GetCellInfoNames").split()
        if CELL not in known:
            self.vtctl("AddCellInfo", f"--server_address={self.topo_server}", f"--root={TOPO_ROOT}/{CELL}", CELL)
        for keyspace in self.keyspaces:
            self.vtctl("CreateKeyspace", "--force", f"--durability_policy={keyspace.durability}", keyspace.name)
            for shard in keyspace.shards:
                self.vtctl("CreateShard", "--force", f"{keyspace.name}/{shard}")

    def init_primaries(self):
        """Gives each fresh shard its primary; all its tablets must be known by then."""
        known = self.vtctl("GetTablets")
        missing = [tablet.alias for tablet in self.tablets if tablet.alias not in known]
        if missing:
            raise ClusterError(f"not in the topology yet: {', '.join(missing)}")
        _in_parallel(self._init_primary, self._shards())

    def apply_vschemas(self):
        for keyspace in self.keyspaces:
            self._apply_vschema(keyspace)

    def _init_primary(self, keyspace_shard):
        keyspace, shard = keyspace_shard
        name = f"{keyspace.name}/{shard}"
        if not json.loads(self.vtctl("GetShard", "--json", name))["shard"].get("primary_alias"):
            self.vtctl("InitShardPrimary", "--force", name, self.tablet(keyspace.name, shard).alias)

    def _apply_vschema(self, keyspace):
        if keyspace.vschema is None:
            vschema = {"sharded": keyspace.sharded}
        elif isinstance(keyspace.vschema, dict):
            vschema = keyspace.vschema
        else:
            self.vtctl("ApplyVSchema", f"--vschema_file={keyspace.vschema}", keyspace.name)
            return
        self.vtctl("ApplyVSchema", f"--vschema={json.dumps(vschema)}", keyspace.name)

    # Waiting.

    def wait_zookeeper(self):
        self.zookeeper.wait_until(lambda: zookeeper.is_ready(self.ports.zookeeper), 30, "answer")

    def wait_tablets(self, timeout=60):
        for tablet in self.tablets:
            tablet.process.wait_until(tablet.is_serving, timeout, "serve")

    def wait_vtgate(self, timeout=30):
        self.vtgate.wait_until(self.vtgate_answers, timeout, "answer")

    def vtgate_answers(self):
        """Whether statements reach every keyspace."""
        try:
            connection = self.connect(connect_timeout=2, read_timeout=10)
        except (pymysql.Error, OSError):
            return False
        try:
            with connection.cursor() as cursor:
                for keyspace in self.keyspaces:
                    cursor.execute(f"USE `{keyspace.name}`")
                    cursor.execute("SHOW TABLES")
            return True
        except (pymysql.Error, OSError):
            return False
        finally:
            connection.close()

    # Using it.

    def connect(self, database=None, user="app", password=None, **options):
        """A connection to vtgate."""
        options.setdefault("autocommit", True)
        return pymysql.connect(host="127.0.0.1", port=self.ports.vtgate_mysql, user=user, database=database,
                               password=self.users.get(user, "") if password is None else password, **options)

    def query(self, sql, database=None):
        """The rows of one statement over a connection of its own."""
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def vtctl(self, *arguments, check=True):
        """The output of a vtctl command."""
        done = subprocess.run([os.path.join(binaries(), "vtctl"), *self.topo_flags(), *arguments],
                              capture_output=True, text=True, timeout=120, check=False)
        if check and done.returncode != 0:
            raise ClusterError(f"vtctl {' '.join(arguments)} failed ({done.returncode}): "
                               f"{done.stderr.strip() or done.stdout.strip()}")
        return done.stdout if check else done

    # Stopping.

    def save(self):
        """Writes cluster.json, from which another program can stop the processes."""
        state = {"processes": [process.to_json() for process in self.processes() if process.pid]}
        path = os.path.join(self.root, "cluster.json")
        with open(path + ".new", "w", encoding="utf-8") as out:
            json.dump(state, out, indent=1)
        os.replace(path + ".new", path)

    def down(self):
        stop(self.processes())

    def kill_all(self):
        for process in self.processes():
            process.kill()

    def wipe(self):
        shutil.rmtree(self.root, ignore_errors=True)


def stop(processes):
    """Ends processes (in the order of Cluster.processes()): gateways and tablets, mysqlds, ZooKeeper."""
    def kind(process):
        return 0 if process.name.startswith("vt") else 1 if process.name.startswith("mysqld") else 2
    for wanted in range(3):
        _in_parallel(lambda process: process.stop(), [p for p in processes if kind(p) == wanted])


def load_processes(root):
    """The processes that cluster.json of a folder names, dead or alive."""
    try:
        with open(os.path.join(root, "cluster.json"), encoding="utf-8") as state:
            return [Process.from_json(record) for record in json.load(state)["processes"]]
    except FileNotFoundError:
        return []
