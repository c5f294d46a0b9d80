"""vtctl on one shard of three real tablets, no gateway: schema, reparents, what goes wrong."""

import json
import os
import subprocess
import sys
import time
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../..")
sys.path.insert(0, os.path.join(ROOT, "test/e2e"))

# pylint: disable=wrong-import-position
import harness  # noqa: E402
from harness import Cluster, Keyspace, wait_for  # noqa: E402


class TabletCluster(Cluster):
    """Everything but vtgate."""

    def up(self):
        os.makedirs(os.path.join(self.root, "log"), exist_ok=True)
        self.write_files()
        self.zookeeper.start()
        for tablet in self.tablets:
            tablet.mysql.prepare()
            tablet.mysql.start()
        self.wait_zookeeper()
        self.create_topology()
        for tablet in self.tablets:
            tablet.mysql.wait_ready()
            tablet.process.start()
        for tablet in self.tablets:
            tablet.process.wait_until(tablet.is_listening, 30, "listen")
        wait_for(lambda: all(t.alias in self.vtctl("GetTablets") for t in self.tablets), 30,
                 "tablets in the topology")
        self.init_primaries()
        self.apply_vschemas()
        self.wait_tablets()
        return self


harness.Cluster = TabletCluster


class ServersTest(harness.ClusterTest):
    keyspaces = (Keyspace("customer", ("-",), replicas=2),)

    def setUp(self):
        self.aliases = [tablet.alias for tablet in self.cluster.tablets]
        wait_for(self.is_valid, 60, "a healthy shard")

    def is_valid(self):
        done = self.cluster.vtctl("Validate", "--ping_tablets", check=False)
        self.problems = done.stdout + done.stderr
        return done.returncode == 0

    def vtctl(self, *arguments):
        return self.cluster.vtctl(*arguments)

    def fails(self, *arguments):
        """The message of a command that must fail."""
        done = self.cluster.vtctl(*arguments, check=False)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        return done.stderr

    def shard(self):
        return json.loads(self.vtctl("GetShard", "--json", "customer/-"))["shard"]

    def primary(self):
        alias = self.shard()["primary_alias"]
        return f"{alias['cell']}-{alias['uid']:010d}"

    def others(self):
        return [alias for alias in self.aliases if alias != self.primary()]

    def fetch(self, alias, sql):
        return json.loads(self.vtctl("ExecuteFetchAsDBA", "--json", alias, sql))["rows"]

    def count(self, alias):
        return int(self.fetch(alias, "SELECT COUNT(*) FROM customer.t")[0][0])

    def test_schema(self):
        self.vtctl("ApplySchema", "--sql=CREATE TABLE s (id BIGINT PRIMARY KEY, v VARCHAR(9)); "
                   "INSERT INTO s VALUES (1, 'a;b')", "customer")
        self.vtctl("ValidateSchemaShard", "customer/-")
        for alias in self.aliases:
            self.assertIn("s", self.vtctl("GetSchema", "--table_names_only", alias).split())
            wait_for(lambda a=alias: self.fetch(a, "SELECT v FROM customer.s") == [["a;b"]], 10, "the row")
        self.assertIn("was applied on no shard", self.fails("ApplySchema", "--sql=DROP TABLE nothing", "customer"))
        self.assertIn("read-only", self.fails("ExecuteFetchAsDBA", self.others()[0],
                                              "INSERT INTO customer.s VALUES (2, 'b')"))
        # A table that only one tablet has.
        self.vtctl("ExecuteFetchAsDBA", "--disable_binlogs", "--reload_schema", self.primary(),
                   "CREATE TABLE customer.alone (id BIGINT PRIMARY KEY)")
        done = self.cluster.vtctl("ValidateSchemaShard", "customer/-", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("has table alone", done.stdout)
        self.vtctl("ExecuteFetchAsDBA", "--disable_binlogs", "--reload_schema", self.primary(),
                   "DROP TABLE customer.alone")

    def test_planned_reparent(self):
        self.vtctl("ApplySchema", "--sql=CREATE TABLE IF NOT EXISTS t (id BIGINT AUTO_INCREMENT PRIMARY KEY)",
                   "customer")
        for _ in range(3):
            old, new = self.primary(), self.others()[0]
            term = self.shard()["primary_term"]
            rows = self.count(old)
            self.vtctl("ExecuteFetchAsDBA", old, "INSERT INTO customer.t VALUES ()")
            self.vtctl("PlannedReparentShard", f"--new_primary={new}", "customer/-")
            self.assertEqual(self.primary(), new)
            self.assertEqual(self.shard()["primary_term"], term + 1)
            self.assertEqual(self.count(new), rows + 1)
            self.vtctl("ExecuteFetchAsDBA", new, "INSERT INTO customer.t VALUES ()")
            self.assertIn("read-only", self.fails("ExecuteFetchAsDBA", old, "INSERT INTO customer.t VALUES ()"))
            wait_for(lambda a=old, r=rows: self.count(a) == r + 2, 10, "the old primary follows")
            wait_for(self.is_valid, 30, "a healthy shard")
            semi_sync = json.loads(self.vtctl("GetFullStatus", "--json", new))
            self.assertTrue(semi_sync["semi_sync_source_active"])

    def test_refusals(self):
        replica = self.others()[0]
        self.assertIn("use PlannedReparentShard", self.fails("InitShardPrimary", "customer/-", replica))
        self.vtctl("StopReplication", replica)
        self.assertIn("does not run", self.fails("PlannedReparentShard", "customer/-"))
        self.vtctl("StartReplication", replica)
        wait_for(self.is_valid, 30, "replication runs again")
        tablet = next(t for t in self.cluster.tablets if t.alias == replica)
        tablet.process.kill()
        self.assertIn("every tablet of the shard must be reachable", self.fails("PlannedReparentShard", "customer/-"))
        self.assertNotEqual(self.cluster.vtctl("PingTablet", replica, check=False).returncode, 0)
        tablet.process.start()
        tablet.process.wait_until(tablet.is_serving, 30, "serve")
        self.vtctl("PingTablet", replica)

    def test_killed_vtctl_is_finished_by_the_next(self):
        for step in ("Closing", "Making", "Making"):
            new = self.others()[0]
            command = [os.path.join(harness.binaries(), "vtctl"), *self.cluster.topo_flags(),
                       "PlannedReparentShard", f"--new_primary={new}", "customer/-"]
            with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as vtctl:
                for line in vtctl.stderr:
                    if line.startswith(step):
                        break
                vtctl.kill()
            # At most one is writable at any time, and running it again finishes it. (The lock of
            # the killed one goes with its session.)
            writable = [a for a in self.aliases
                        if not json.loads(self.vtctl("GetFullStatus", "--json", a))["super_read_only"]]
            self.assertLessEqual(len(writable), 1, writable)
            self.finish(new)
            self.assertEqual(self.primary(), new)
            wait_for(self.is_valid, 30, "a healthy shard")

    def finish(self, new):
        deadline = time.monotonic() + 60
        while True:
            done = self.cluster.vtctl("PlannedReparentShard", f"--new_primary={new}", "customer/-", check=False)
            if done.returncode == 0:
                return
            if "interrupted switch is finished by" in done.stderr:
                self.vtctl("PlannedReparentShard", f"--new_primary={self.primary()}", "customer/-")
            if time.monotonic() > deadline:
                self.fail(done.stderr)
            time.sleep(0.5)


if __name__ == "__main__":
    unittest.main()
