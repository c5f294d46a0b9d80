"""mysqld processes: configuration, data folder from the template, readiness."""

import os
import subprocess

import pymysql

from . import SOURCE, ClusterError, prefix
from .process import Process

# Conditions that commit and replication rely on come first; what only saves memory comes last.
_CONFIG = """[mysqld]
datadir = {folder}/data
socket = {folder}/mysql.sock
pid-file = {folder}/mysqld.pid
port = {port}
bind-address = {address}
mysqlx = OFF
server-id = {server_id}
report-host = {host}
skip-name-resolve = ON

# A server never takes writes by itself: its vttablet opens it, once it knows to be the primary.
super-read-only = {read_only}
skip-replica-start = {read_only}
log-bin = binlog
gtid-mode = ON
enforce-gtid-consistency = ON
sync-binlog = 1
innodb-flush-log-at-trx-commit = 1
binlog-row-image = FULL
binlog-error-action = ABORT_SERVER
event-scheduler = OFF
relay-log-recovery = ON
replica-preserve-commit-order = ON
plugin-load-add = semisync_source.so
plugin-load-add = semisync_replica.so
plugin-load-add = mysql_clone.so
loose-rpl-semi-sync-source-timeout = 4294967295
loose-rpl-semi-sync-source-wait-for-replica-count = 1
loose-rpl-semi-sync-source-wait-no-replica = ON
loose-rpl-semi-sync-source-wait-point = AFTER_SYNC

character-set-server = utf8mb4
collation-server = utf8mb4_0900_ai_ci
max-connections = 1000
max-allowed-packet = 1G
max-prepared-stmt-count = 100000

{performance_schema}
innodb-buffer-pool-size = {buffer_pool}
innodb-redo-log-capacity = {redo_log}
innodb-log-buffer-size = 4M
innodb-doublewrite-files = 2
table-open-cache = 400
temptable-max-ram = 64M
# Linux lets all processes together have fs.aio-max-nr requests, which some 25 servers use up.
innodb-use-native-aio = OFF
{extra}
"""


# Gateways find deadlocks over several shards by performance_schema.data_lock_waits. The rest of
# performance_schema costs memory and time: it has no instruments and no sizes here.
_LOCK_WAITS_ONLY = "\n".join(
    ["performance-schema = ON", "performance-schema-instrument = '%=OFF'"] +
    [f"loose-performance-schema-{name} = 0" for name in """
        accounts-size digests-size error-size events-stages-history-long-size
        events-stages-history-size events-statements-history-long-size
        events-statements-history-size events-transactions-history-long-size
        events-transactions-history-size events-waits-history-long-size events-waits-history-size
        hosts-size max-cond-classes max-cond-instances max-digest-length max-digest-sample-age
        max-file-classes max-file-instances max-index-stat max-logger-classes max-memory-classes
        max-metadata-locks max-meter-classes max-metric-classes max-mutex-classes
        max-mutex-instances max-prepared-statements-instances max-program-instances
        max-rwlock-classes max-rwlock-instances max-socket-classes max-socket-instances
        max-sql-text-length max-stage-classes max-statement-classes max-table-handles
        max-table-instances max-table-lock-stat session-connect-attrs-size setup-actors-size
        setup-objects-size users-size""".split()])


def template():
    """The empty data folder; makes it when it is not there (scripts/mysql_prefix)."""
    ready = os.path.join(prefix(), "template")
    if os.path.isdir(ready) and not os.access(prefix(), os.W_OK):
        return ready  # installed for all, by root
    done = subprocess.run([os.path.join(SOURCE, "scripts/mysql_prefix"), "--quiet"],
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise ClusterError(f"scripts/mysql_prefix failed: {done.stderr.strip()}")
    return os.path.join(prefix(), "template")


class MysqlServer:
    """One mysqld with its folder: data/, my.cnf, mysql.sock."""

    def __init__(self, name, folder, log, port, server_id, tied=True, read_only=True,
                 performance_schema=False, buffer_pool="64M", redo_log="64M", extra="",
                 address="127.0.0.1", host="127.0.0.1"):
        self.folder = folder
        self.port = port
        self.socket = os.path.join(folder, "mysql.sock")
        if len(self.socket) > 100:
            raise ClusterError(f"the path of the unix socket is too long: {self.socket}")
        self._settings = dict(folder=folder, port=port, server_id=server_id, buffer_pool=buffer_pool,
                              redo_log=redo_log, extra=extra, read_only="ON" if read_only else "OFF",
                              address=address, host=host,
                              performance_schema="performance-schema = ON" if performance_schema
                              else _LOCK_WAITS_ONLY)
        self.process = Process(
            name, [os.path.join(SOURCE, "scripts/mysqld"), f"--defaults-file={folder}/my.cnf"], log, tied)

    def prepare(self):
        """Writes my.cnf, and copies the template when there is no data yet."""
        os.makedirs(self.folder, exist_ok=True)
        with open(os.path.join(self.folder, "my.cnf"), "w", encoding="utf-8") as out:
            out.write(_CONFIG.format(**self._settings))
        data = os.path.join(self.folder, "data")
        if not os.path.isdir(data):
            copy = data + ".new"
            subprocess.run(["rm", "-rf", copy], check=True)
            subprocess.run(["cp", "-r", "--reflink=auto", "--sparse=always", template(), copy], check=True)
            os.rename(copy, data)

    def start(self):
        self.process.start()

    def connect(self, user="root", **options):
        """A direct connection over the unix socket, as an account that may do everything."""
        options.setdefault("autocommit", True)
        return pymysql.connect(unix_socket=self.socket, user=user, **options)

    def is_ready(self):
        try:
            self.connect(connect_timeout=2).close()
            return True
        except pymysql.Error:
            return False

    def wait_ready(self, timeout=60):
        self.process.wait_until(self.is_ready, timeout, "accept connections")
