#!/usr/bin/python3
"""Deadlocks over several shards, which no MySQL sees: one client gets 1213 soon, as from one MySQL."""

import struct
import threading
import time
import unittest
import urllib.request

import pymysql

from two_shards import TwoShardsTest
from harness import Process, wait_for
from cluster.cluster import accepts
from wire import Wire, error_number

DEADLOCK = 1213
# Found within the detector's interval; without it innodb_lock_wait_timeout (20 s) ends the wait.
SOON = 5


class Client(threading.Thread):
    """Runs one statement on a connection in the background."""

    def __init__(self, connection, sql):
        super().__init__()
        self.connection, self.sql, self.errno, self.seconds = connection, sql, None, None
        self.start()

    def run(self):
        started = time.monotonic()
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(self.sql)
            self.errno = 0
        except pymysql.MySQLError as error:
            self.errno = error.args[0]
        self.seconds = time.monotonic() - started


class DeadlockTest(TwoShardsTest):
    def connect_to_another_gateway(self):
        port, http = self._ports.take(), self._ports.take()
        arguments = [argument for argument in self.cluster.vtgate.arguments
                     if not argument.startswith(("--mysql_port=", "--http_port="))]
        gateway = Process("vtgate-2", [*arguments, f"--mysql_port={port}", f"--http_port={http}"],
                          self.cluster.log("vtgate-2"))
        gateway.start()
        self.addCleanup(gateway.kill)
        gateway.wait_until(lambda: accepts(port), 30, "accept connections")
        connection = pymysql.connect(host="127.0.0.1", port=port, user="app", password="app", database="bank")
        self.addCleanup(connection.close)
        return connection

    def begin(self, *ids, connection=None):
        """A connection in a transaction that has added 1 to the rows."""
        connection = connection or self.connect("bank")
        self.execute(connection, "BEGIN")
        for row in ids:
            self.execute(connection, f"UPDATE t SET v = v + 1 WHERE id = {row}")
        return connection

    def values(self, *ids):
        return [int(self.execute(self.connection, f"SELECT v FROM t WHERE id = {i}")[0][0]) for i in ids]

    def deadlocks(self):
        page = urllib.request.urlopen(f"http://127.0.0.1:{self.cluster.ports.vtgate_http}/metrics", timeout=10)
        return [int(float(line.split()[1])) for line in page.read().decode().splitlines()
                if line.startswith("vtgate_deadlocks ")][0]

    def wait_until_waiting(self, shard, count=1):
        wait_for(lambda: len(self.on_shard("bank", shard, "SELECT 1 FROM performance_schema.data_lock_waits")) >= count,
                 10, f"{count} waits on {shard}")

    def close_the_circle(self, *pairs):
        """Each connection runs its statement, all at once; returns (errno, connection) of each."""
        clients = [Client(connection, sql) for connection, sql in pairs]
        for client in clients:
            client.join(60)
        self.assertTrue(all(client.errno is not None for client in clients), "a statement hangs")
        self.assertLess(max(client.seconds for client in clients), SOON)
        return [client.errno for client in clients]

    def test_two_clients(self):
        a, b = self.low[0], self.high[0]
        before = self.deadlocks()
        first, second = self.begin(a), self.begin(b)
        # The circle closes when both wait: one statement ends with the error, the other goes on.
        errors = self.close_the_circle((first, f"UPDATE t SET v = v + 10 WHERE id = {b}"),
                                       (second, f"UPDATE t SET v = v + 10 WHERE id = {a}"))
        self.assertEqual(errors, [0, DEADLOCK], "the younger transaction is the victim")
        self.assertEqual(self.deadlocks(), before + 1)
        # All of the victim's transaction is gone, and none is open.
        self.execute(second, "COMMIT")
        self.execute(first, "COMMIT")
        self.assertEqual(self.values(a, b), [1, 10])

    def test_the_victim_can_begin_anew(self):
        a, b = self.low[0], self.high[0]
        first, second = self.begin(a), self.begin(b)
        self.close_the_circle((first, f"UPDATE t SET v = v + 10 WHERE id = {b}"),
                              (second, f"UPDATE t SET v = v + 10 WHERE id = {a}"))
        self.execute(first, "COMMIT")
        self.assertEqual(self.execute(second, "SHOW WARNINGS"),
                         [("Error", DEADLOCK, "Deadlock found when trying to get lock; try restarting transaction")])
        self.begin(b, connection=second)
        self.execute(second, f"UPDATE t SET v = v + 10 WHERE id = {a}")
        self.execute(second, "COMMIT")
        self.assertEqual(self.values(a, b), [11, 11])

    def test_three_clients_on_two_shards(self):
        a, b, c = self.low[0], self.high[0], self.low[1]
        connections = [self.begin(a), self.begin(b), self.begin(c)]
        clients = [Client(connections[0], f"UPDATE t SET v = v + 10 WHERE id = {b}"),
                   Client(connections[1], f"UPDATE t SET v = v + 10 WHERE id = {c}"),
                   Client(connections[2], f"DELETE FROM t WHERE id = {a}")]
        # The youngest goes, then the locks are free from behind.
        for client, errno in reversed(list(zip(clients, (0, 0, DEADLOCK)))):
            client.join(SOON)
            self.assertEqual(client.errno, errno)
            self.execute(client.connection, "COMMIT")
        self.assertEqual(self.values(a, b, c), [1, 11, 10])

    def test_statements_over_both_shards(self):
        """Multi-shard updates outside of transactions, and a locking scatter, against a transaction."""
        a, b = self.low[0], self.high[0]
        first = self.begin(a)
        scatter = Client(self.connect("bank"), f"UPDATE t SET v = v + 100 WHERE id IN ({a}, {b})")
        self.wait_until_waiting("-80")  # it has b on the other shard
        started = time.monotonic()
        self.execute(first, f"UPDATE t SET v = v + 10 WHERE id = {b}")
        self.assertLess(time.monotonic() - started, SOON)
        scatter.join(60)
        self.assertEqual(scatter.errno, DEADLOCK)
        self.execute(first, "COMMIT")
        self.assertEqual(self.values(a, b), [1, 10])

        first, second = self.begin(a), self.begin(b)
        errors = self.close_the_circle((first, "SELECT * FROM t ORDER BY id FOR UPDATE"),
                                       (second, f"UPDATE t SET v = v + 10 WHERE id = {a}"))
        self.assertEqual(errors, [0, DEADLOCK])
        self.execute(first, "ROLLBACK")

    def test_prepared_statements(self):
        a, b = self.low[0], self.high[0]
        first = self.begin(a)
        second = Wire(self.cluster.ports.vtgate_mysql)
        self.addCleanup(second.close)
        second.login(database=b"bank")
        second.query("BEGIN")
        second.query(f"UPDATE t SET v = v + 1 WHERE id = {b}")
        statement, _ = second.prepare(f"UPDATE t SET v = v + 10 WHERE id = {a}")
        waiter = Client(first, f"UPDATE t SET v = v + 10 WHERE id = {b}")
        self.wait_until_waiting("80-")
        self.assertEqual(error_number(second.command(struct.pack("<BIBI", 0x17, statement, 0, 1))), DEADLOCK)
        waiter.join(60)
        self.assertEqual(waiter.errno, 0)
        self.execute(first, "COMMIT")
        self.assertEqual(self.values(a, b), [1, 10])

    def test_clients_of_two_gateways(self):
        a, b = self.low[0], self.high[0]
        other = self.connect_to_another_gateway()
        first, second = self.begin(a), self.begin(b, connection=other)
        errors = self.close_the_circle((first, f"UPDATE t SET v = v + 10 WHERE id = {b}"),
                                       (second, f"UPDATE t SET v = v + 10 WHERE id = {a}"))
        self.assertEqual(errors, [0, DEADLOCK])
        self.execute(first, "COMMIT")
        self.assertEqual(self.values(a, b), [1, 10])

    def test_who_only_waits_is_left_alone(self):
        a, b = self.low[0], self.high[0]
        before = self.deadlocks()
        holder = self.begin(a, b)
        waiters = [Client(self.begin(self.low[n], self.high[n]), f"UPDATE t SET v = v + 10 WHERE id = {row}")
                   for n, row in ((1, a), (2, b), (3, a))]
        self.wait_until_waiting("-80", 2)
        self.wait_until_waiting("80-")
        time.sleep(3)  # many looks of the detector
        self.assertEqual([waiter.errno for waiter in waiters], [None] * 3)
        self.execute(holder, "COMMIT")
        wait_for(lambda: sum(waiter.errno is not None for waiter in waiters) >= 2, SOON, "the locks are passed on")
        for waiter in waiters:
            waiter.join(SOON if waiter.errno is not None else 0)
            if waiter.errno == 0:
                self.execute(waiter.connection, "COMMIT")
        for waiter in waiters:
            waiter.join(SOON)
            self.assertEqual(waiter.errno, 0)
        self.assertEqual(self.deadlocks(), before)


if __name__ == "__main__":
    unittest.main()
