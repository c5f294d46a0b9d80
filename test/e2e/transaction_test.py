#!/usr/bin/python3
"""Transactions over two shards, as one MySQL: what is undone is undone on every shard."""

import threading
import unittest

import pymysql

from two_shards import ROWS, TwoShardsTest


class TransactionTest(TwoShardsTest):
    def values(self, *ids):
        connection = self.connect("bank")
        rows = self.execute(connection, f"SELECT id, v FROM t WHERE id IN ({', '.join(map(str, ids))}) ORDER BY id")
        return [int(row[1]) for row in rows]

    def run_all(self, *statements):
        for statement in statements:
            self.execute(self.connection, statement)

    def test_rollback_to_a_savepoint_undoes_a_shard_that_joined_later(self):
        a, b = sorted((self.low[0], self.high[0]))
        self.run_all("BEGIN", f"UPDATE t SET v = 1 WHERE id = {a}", "SAVEPOINT one",
                     f"UPDATE t SET v = 2 WHERE id = {a}", f"UPDATE t SET v = 2 WHERE id = {b}",
                     "ROLLBACK TO SAVEPOINT one", "COMMIT")
        self.assertEqual(self.values(a, b), [1, 0])

    def test_a_savepoint_set_again_after_a_shard_joined(self):
        a, b = sorted((self.low[0], self.high[0]))
        self.run_all("BEGIN", f"UPDATE t SET v = 1 WHERE id = {a}", "SAVEPOINT one",
                     f"UPDATE t SET v = 1 WHERE id = {b}", "SAVEPOINT ONE",
                     f"UPDATE t SET v = 9 WHERE id IN ({a}, {b})", "ROLLBACK TO one", "RELEASE SAVEPOINT one", "COMMIT")
        self.assertEqual(self.values(a, b), [1, 1])

    def test_a_statement_that_fails_on_one_shard_is_undone_on_all(self):
        a, b = sorted((self.low[0], self.high[0]))
        self.execute(self.connection, f"DELETE FROM t WHERE id = {a}")
        self.run_all("BEGIN", f"UPDATE t SET v = 5 WHERE id = {b}")
        with self.assertRaises(pymysql.err.IntegrityError) as caught:
            self.execute(self.connection, f"INSERT INTO t VALUES ({a}, 7), ({b}, 7)")
        self.assertEqual(caught.exception.args[0], 1062)
        self.execute(self.connection, "COMMIT")
        self.assertEqual(self.values(a, b), [5])
        # The same outside a transaction.
        with self.assertRaises(pymysql.err.IntegrityError):
            self.execute(self.connection, f"INSERT INTO t VALUES ({a}, 7), ({b}, 7)")
        self.assertEqual(self.values(a), [])

    def test_rollback_undoes_both_shards(self):
        a, b = self.low[0], self.high[0]
        self.run_all("BEGIN", f"UPDATE t SET v = 3 WHERE id IN ({a}, {b})", "ROLLBACK")
        self.assertEqual(self.values(a, b), [0, 0])

    def test_set_transaction_twice_keeps_both(self):
        self.run_all("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET TRANSACTION READ ONLY", "BEGIN")
        self.assertEqual(len(self.execute(self.connection, "SELECT v FROM t")), ROWS)
        with self.assertRaises(pymysql.err.MySQLError) as caught:
            self.execute(self.connection, f"UPDATE t SET v = 1 WHERE id = {self.low[0]}")
        self.assertEqual(caught.exception.args[0], 1792)
        self.execute(self.connection, "ROLLBACK")
        self.execute(self.connection, f"UPDATE t SET v = 1 WHERE id = {self.low[0]}")

    def test_a_begin_that_is_refused_runs_no_statement(self):
        mysql = self.cluster.tablet("bank", "-80").mysql.connect()
        try:
            # The tablet opens its server again when it looks: before that it must happen once.
            for _ in range(20):
                self.execute(mysql, "SET GLOBAL super_read_only = ON")
                self.run_all("START TRANSACTION READ WRITE")
                try:
                    self.run_all(f"SELECT v FROM t WHERE id = {self.low[0]}")
                except pymysql.err.MySQLError as error:
                    self.assertEqual(error.args[0], 1290, error)
                    break
                self.run_all("ROLLBACK")
            else:
                self.fail("BEGIN was never refused")
        finally:
            self.execute(mysql, "SET GLOBAL super_read_only = OFF")
            self.execute(mysql, "SET GLOBAL read_only = OFF")
            mysql.close()
        self.run_all("ROLLBACK", f"UPDATE t SET v = 5 WHERE id = {self.low[0]}")
        self.assertEqual(self.values(self.low[0]), [5])

    def test_and_chain_keeps_the_access_mode(self):
        self.run_all("START TRANSACTION READ ONLY", "COMMIT AND CHAIN")
        with self.assertRaises(pymysql.err.MySQLError) as caught:
            self.run_all(f"UPDATE t SET v = 1 WHERE id = {self.low[0]}")
        self.assertEqual(caught.exception.args[0], 1792)
        self.run_all("COMMIT", f"UPDATE t SET v = 1 WHERE id = {self.low[0]}")

    def test_kill_query_leaves_the_transaction(self):
        """What clients do for a statement that takes too long: it fails, and what was done before it is committed."""
        slow = "(WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT COUNT(*) FROM n a, n b, n c)"
        a, b = self.low[0], self.high[0]
        for sql in (f"SELECT {slow} FROM t WHERE id = {a}", f"SELECT id, {slow} FROM t ORDER BY v", f"UPDATE t SET v = {slow} WHERE id = {b}",
                    f"UPDATE t SET v = {slow}", f"SELECT {slow}"):
            with self.subTest(sql):
                self.run_all("UPDATE t SET v = 0", "BEGIN", f"UPDATE t SET v = 5 WHERE id IN ({a}, {b})")
                killer = threading.Timer(0.5, lambda: self.execute(self.connect("bank"), f"KILL QUERY {self.connection.thread_id()}"))
                killer.start()
                with self.assertRaises(pymysql.err.MySQLError) as caught:
                    self.run_all(sql)
                killer.join()
                self.assertEqual(caught.exception.args, (1317, "Query execution was interrupted"))
                self.run_all("COMMIT")
                self.assertEqual(self.values(a, b), [5, 5])

    def test_a_consistent_snapshot_is_taken_on_all_shards_at_once(self):
        for database in ("bank", None):
            with self.subTest(database=database):
                self.run_all("UPDATE t SET v = 0")
                reader = self.connect(database)
                self.execute(reader, "START TRANSACTION WITH CONSISTENT SNAPSHOT")
                self.run_all("UPDATE t SET v = 7")
                self.assertEqual(self.execute(reader, "SELECT DISTINCT v FROM bank.t"), [(0,)])
                self.execute(reader, "COMMIT")
                self.assertEqual(self.execute(reader, "SELECT DISTINCT v FROM bank.t"), [(7,)])

    def test_found_rows_after_sql_calc_found_rows(self):
        row = self.low[0]
        self.execute(self.connection, f"SELECT SQL_CALC_FOUND_ROWS id FROM t WHERE id = {row} LIMIT 0")
        self.assertEqual([int(value) for value in self.execute(self.connection, "SELECT FOUND_ROWS()")[0]], [1])

    def test_set_transaction_is_for_a_statement_on_its_own_too(self):
        a, b = self.low[0], self.high[0]
        for write in (f"UPDATE t SET v = 1 WHERE id = {a}", f"UPDATE t SET v = 1 WHERE id IN ({a}, {b})"):
            for read in (f"SELECT v FROM t WHERE id = {a}", "SELECT v FROM t ORDER BY id", "COMMIT", "ROLLBACK"):
                self.execute(self.connection, "SET TRANSACTION READ ONLY")
                # A statement that fails does not use it up.
                for _ in range(2):
                    with self.assertRaises(pymysql.err.MySQLError) as caught:
                        self.execute(self.connection, write)
                    self.assertEqual(caught.exception.args[0], 1792)
                self.execute(self.connection, read)
                self.execute(self.connection, write)
        self.execute(self.connection, "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED")
        other = self.connect("bank")
        self.execute(other, "BEGIN")
        self.execute(other, f"UPDATE t SET v = 5 WHERE id IN ({a}, {b})")
        both = f"SELECT v FROM t WHERE id IN ({a}, {b})"
        self.assertEqual([int(row[0]) for row in self.execute(self.connection, both)], [5, 5])
        self.assertEqual([int(row[0]) for row in self.execute(self.connection, both)], [1, 1])
        # Nor do its traces stay on the shards' connections.
        for _ in range(5):
            self.execute(self.connect("bank"), f"UPDATE t SET v = v + 1 WHERE id = {self.low[1]}")


if __name__ == "__main__":
    unittest.main()
