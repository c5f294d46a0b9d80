"""Base class of the end-to-end tests: a private cluster per test class, gone when the test ends.

Everything runs on free ports in a temporary folder. The processes die with the test program, even
by kill -9; a folder whose owner is dead is removed by the next test. When a test fails the folder
stays and the ends of its logs are printed; KEYSPAN_KEEP=1 keeps it in any case.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts"))

# pylint: disable=wrong-import-position,unused-import
from cluster import SOURCE, ClusterError, binaries, prefix  # noqa: E402
from cluster.cluster import Cluster, Keyspace  # noqa: E402
from cluster.ports import FreePorts  # noqa: E402
from cluster.process import Process, popen_tied, start_time  # noqa: E402

_FOLDER = re.compile(r"^keyspan-e2e-(\d+)-(\d+)-")
SHARDS = ("-80", "80-")


def temporary_folder():
    base = tempfile.gettempdir()
    for name in os.listdir(base):
        match = _FOLDER.match(name)
        if match and start_time(int(match[1])) != int(match[2]) \
                and not os.path.exists(os.path.join(base, name, "keep")):
            shutil.rmtree(os.path.join(base, name), ignore_errors=True)
    return tempfile.mkdtemp(prefix=f"keyspan-e2e-{os.getpid()}-{start_time(os.getpid())}-")


def wait_for(condition, timeout, what):
    """Polls condition() until it is true and returns its value; fails after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what}")
        time.sleep(0.1)


class ClusterTest(unittest.TestCase):
    """Starts one cluster for all tests of the class. Subclasses set what they need."""

    keyspaces = (Keyspace("main"), Keyspace("customer", SHARDS))
    tls = False
    users = None
    vtgate_flags = ()
    vttablet_flags = ()
    mysql_options = None
    cluster = None
    _failed = False

    @classmethod
    def setUpClass(cls):
        cls._folder = temporary_folder()
        cls._ports = FreePorts()
        started = time.monotonic()
        try:
            cls.cluster = Cluster(cls._folder, cls._ports, cls.keyspaces, tls=cls.tls, users=cls.users,
                                  vtgate_flags=cls.vtgate_flags, vttablet_flags=cls.vttablet_flags,
                                  mysql_options=cls.mysql_options)
            cls.cluster.up()
        except BaseException:
            cls._failed = True
            cls.tearDownClass()
            raise
        print(f"{cls.__name__}: cluster up after {time.monotonic() - started:.1f} s", file=sys.stderr)

    @classmethod
    def tearDownClass(cls):
        if cls.cluster:
            if cls._failed:
                cls._print_logs()
            cls.cluster.kill_all()
        cls._ports.close()
        if cls._failed or os.environ.get("KEYSPAN_KEEP"):
            open(os.path.join(cls._folder, "keep"), "w", encoding="ascii").close()
            print(f"kept {cls._folder}", file=sys.stderr)
        else:
            shutil.rmtree(cls._folder, ignore_errors=True)

    @classmethod
    def _print_logs(cls):
        for process in cls.cluster.processes():
            if process.pid:
                state = "runs" if process.alive() else "is DEAD"
                print(f"--- {process.name} {state}; {process.log} ends with:\n{process.log_tail(12)}",
                      file=sys.stderr)

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            type(self)._failed = True
        return result

    def connect(self, database=None, **options):
        """A connection to vtgate that is closed when the test ends."""
        connection = self.cluster.connect(database, **options)
        self.addCleanup(_close_quietly, connection)
        return connection

    def execute(self, connection, sql, *arguments):
        with connection.cursor() as cursor:
            cursor.execute(sql, *arguments)
            return list(cursor.fetchall())

    def on_shard(self, keyspace, shard, sql):
        """Rows straight from the mysqld of a shard's first tablet, in the keyspace's database."""
        connection = self.cluster.tablet(keyspace, shard).mysql.connect(database=keyspace)
        try:
            return self.execute(connection, sql)
        finally:
            connection.close()

    def run_program(self, arguments, timeout=120, **options):
        """Runs a client program; returns the completed process, output as text."""
        return subprocess.run(arguments, capture_output=True, text=True, timeout=timeout, check=False, **options)

    def check_program(self, arguments, **options):
        done = self.run_program(arguments, **options)
        self.assertEqual(done.returncode, 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
        return done.stdout


def _close_quietly(connection):
    try:
        connection.close()
    except Exception:  # pylint: disable=broad-except
        pass  # closed already, or the server is gone
