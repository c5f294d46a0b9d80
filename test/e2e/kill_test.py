#!/usr/bin/python3
"""kill -9 of each kind of process under load: clear errors, no hang, recovery, no half transaction."""

import pathlib
import signal
import time
import unittest

import pymysql

import harness
import sysbench
from bank import VSCHEMA, Bank
from harness import SHARDS, ClusterTest, Keyspace

# No statement may take longer than this, whatever died.
LONGEST = 30
# Of MySQL (innodb_lock_wait_timeout).
LOCK_WAIT = 50
OUTAGE = 1.5
RECOVERY = 45


class KillTest(ClusterTest):
    # The unsharded one holds the sequences of the tables that sysbench creates.
    keyspaces = (Keyspace("bank", SHARDS, replicas=1, vschema=VSCHEMA), Keyspace("main"))

    def setUp(self):
        self.bank = Bank(self, "bank", SHARDS)
        self.bank.open()
        self.addCleanup(self.revive)

    def revive(self):
        """Whatever a failed test left dead, so that the next one begins with a whole cluster."""
        for teller in self.bank.tellers:
            teller.stopping.set()
        for process in reversed(self.cluster.processes()):
            if not process.alive():
                process.start()
        self.cluster.wait_tablets()
        self.cluster.wait_vtgate()

    def kill_and_restart(self, process, affected=None):
        """Returns the errors that clients saw, and how long after the restart all worked again."""
        process.kill()
        killed = time.monotonic()
        time.sleep(OUTAGE)
        process.start()
        seconds = self.bank.wait_for_success(RECOVERY, affected)
        print(f"    {process.name}: transfers again {seconds:.1f} s after the restart")
        time.sleep(0.5)
        return [text for when, text in self.bank.errors() if when >= killed]

    def where_it_hangs(self, pid):
        """What the client's threads wait for in the kernel, and what runs in the gateway and in each mysqld."""
        waits = [path.read_text() for path in pathlib.Path(f"/proc/{pid}/task").glob("*/wchan")]
        sessions = self.execute(self.connect("main"), "SHOW FULL PROCESSLIST")
        servers = {tablet.alias: self.execute(tablet.mysql.connect(), "SHOW FULL PROCESSLIST") for tablet in self.cluster.tablets}
        return f"its threads: {waits}; the gateway's sessions: {sessions}; the servers': {servers}"

    def finish(self):
        self.bank.close(LONGEST)
        self.bank.check()

    def test_vttablet_of_a_primary(self):
        tablet = self.cluster.tablet("bank", "-80")
        errors = self.kill_and_restart(tablet.process)
        self.assertTrue(errors, "the clients did not notice; was the load on?")
        self.finish()

    def test_the_other_shard_goes_on(self):
        self.cluster.tablet("bank", "-80").process.kill()
        time.sleep(0.5)
        # The tellers mix both shards, so ask with a client of our own.
        connection = self.connect("bank", read_timeout=LONGEST)
        account = self.bank.groups[1][0]
        for _ in range(20):
            self.assertEqual(len(self.execute(connection, f"SELECT balance FROM account WHERE id = {account}")), 1)
        self.cluster.tablet("bank", "-80").process.start()
        self.bank.wait_for_success(RECOVERY)
        self.finish()

    def test_a_gateway_that_stands_still_for_seconds(self):
        """As a thread does that is busy with a long statement on a loaded machine: nothing is lost."""
        connection = self.connect("bank", read_timeout=LONGEST)
        self.execute(connection, "BEGIN")
        account = self.bank.groups[0][0]
        before = self.execute(connection, f"SELECT balance FROM account WHERE id = {account}")
        self.cluster.vtgate.signal(signal.SIGSTOP)
        time.sleep(8)
        self.cluster.vtgate.signal(signal.SIGCONT)
        self.assertEqual(self.execute(connection, f"SELECT balance FROM account WHERE id = {account}"), before)
        self.execute(connection, "COMMIT")
        self.finish()
        self.assertEqual(self.bank.errors(), [])

    def transfer_that_loses_its_tablet(self):
        """A transaction from shard 80- to -80, whose tablet there has been restarted meanwhile."""
        self.bank.close(LONGEST)
        connection = self.connect("bank", read_timeout=LONGEST)
        self.execute(connection, "BEGIN")
        for group, change in ((1, -1), (0, 1)):
            self.execute(connection, f"UPDATE account SET balance = balance + {change} WHERE id = {self.bank.groups[group][0]}")
        tablet = self.cluster.tablet("bank", "-80")
        tablet.process.kill()
        tablet.process.start()
        harness.wait_for(tablet.is_serving, RECOVERY, "the tablet serves again")
        # The gateway comes back to it by itself, soon.
        account = self.bank.groups[0][0]
        harness.wait_for(lambda: self.answers(account), RECOVERY, "the gateway asks it again")
        return connection

    def answers(self, account):
        try:
            return self.execute(self.connect("bank"), f"SELECT balance FROM account WHERE id = {account}")
        except pymysql.MySQLError:
            return None

    def test_commit_of_a_transaction_that_has_lost_a_tablet(self):
        connection = self.transfer_that_loses_its_tablet()
        with self.assertRaisesRegex(pymysql.MySQLError, "bank/-80.*rolled back"):
            self.execute(connection, "COMMIT")
        self.bank.check()

    def test_a_transaction_that_has_lost_a_tablet_is_over(self):
        connection = self.transfer_that_loses_its_tablet()
        account = self.bank.groups[0][0]
        with self.assertRaisesRegex(pymysql.MySQLError, "bank/-80.*rolled back|rolled back.*bank/-80"):
            self.execute(connection, f"SELECT balance FROM account WHERE id = {account}")
        self.bank.check()  # with connections of its own: nobody holds a lock
        self.execute(connection, f"UPDATE account SET balance = balance WHERE id = {account}")
        self.execute(connection, "COMMIT")
        self.bank.check()

    def test_mysqld_of_a_primary(self):
        tablet = self.cluster.tablet("bank", "80-")
        errors = self.kill_and_restart(tablet.mysql.process)
        self.assertTrue(errors, "the clients did not notice; was the load on?")
        self.finish()

    def test_mysqld_of_a_replica(self):
        # With one replica and semi-synchronous replication commits wait for it; none may be lost.
        self.kill_and_restart(self.cluster.tablet("bank", "80-", 1).mysql.process)
        self.finish()

    def test_vttablet_of_a_replica(self):
        errors = self.kill_and_restart(self.cluster.tablet("bank", "-80", 1).process)
        self.assertEqual(errors, [], "a replica's vttablet is not needed for writes")
        self.finish()

    def test_vtgate(self):
        errors = self.kill_and_restart(self.cluster.vtgate)
        self.assertTrue(errors, "the clients did not notice; was the load on?")
        self.finish()

    def test_zookeeper(self):
        # Longer than a session: serving must not depend on ZooKeeper.
        self.cluster.zookeeper.kill()
        killed = time.monotonic()
        time.sleep(12)
        self.bank.wait_for_success(10)
        self.cluster.zookeeper.start()
        self.cluster.wait_zookeeper()
        self.bank.wait_for_success(RECOVERY)
        time.sleep(3)
        errors = [text for when, text in self.bank.errors() if when >= killed]
        self.assertEqual(errors, [], "serving went through ZooKeeper")
        self.finish()
        tablets = self.cluster.vtctl("GetTablets")
        for tablet in self.cluster.tablets:
            self.assertIn(tablet.alias, tablets)

    def test_everything_at_once(self):
        for process in self.cluster.processes():
            process.kill()
        time.sleep(0.5)
        for process in reversed(self.cluster.processes()):
            process.start()
        self.bank.wait_for_success(RECOVERY)
        self.finish()

    def test_sysbench_ends_cleanly_when_its_tablet_dies(self):
        self.bank.close(LONGEST)
        port = self.cluster.ports.vtgate_mysql
        options = {"tables": 2, "table_size": 1000, "threads": 4}
        # sysbench exits with 0 when one of its preparing threads fails.
        prepared = self.check_program(sysbench.command("oltp_read_write", "prepare", port, "bank", **options))
        self.assertNotIn("FATAL", prepared)
        try:
            client = harness.popen_tied(
                sysbench.command("oltp_read_write", "run", port, "bank", time=20, **options),
                stdout=harness.subprocess.PIPE, stderr=harness.subprocess.STDOUT, text=True)
            time.sleep(2)
            tablet = self.cluster.tablet("bank", "-80")
            tablet.process.kill()
            try:
                # A thread gives up at its first error, but sysbench keeps its connection until the last one has
                # ended: for the locks of its transaction on the other shard, others wait as in any MySQL.
                output, _ = client.communicate(timeout=LOCK_WAIT + LONGEST)
            except harness.subprocess.TimeoutExpired:
                evidence = self.where_it_hangs(client.pid)
                client.kill()
                self.fail(f"sysbench does not end; {evidence}; it said: {client.communicate()[0]}")
            self.assertIn("FATAL", output)
            self.assertRegex(output, r"error:? [12]\d\d\d", "not the number of a MySQL error")
            tablet.process.start()
            harness.wait_for(tablet.is_serving, RECOVERY, "the tablet serves again")
            self.check_program(sysbench.command("oltp_read_write", "run", port, "bank", time=2, **options))
        finally:
            self.revive()
            self.check_program(sysbench.command("oltp_read_write", "cleanup", port, "bank", **options))


if __name__ == "__main__":
    unittest.main()
