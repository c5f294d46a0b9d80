#!/usr/bin/python3
"""The gateway over several shards against one plain MySQL: the same statements, the same answers.

As a test it runs a short list of statements that a fixed seed makes. By hand:

    test/e2e/differential_test.py --seed 7 --count 20000
"""

import argparse
import os
import sys
import time
import unittest

import pymysql

from differential.client import Client
from differential.refusals import is_known
from differential.run import Run
from harness import ClusterTest, Keyspace
from cluster.mysql import MysqlServer

SHARDS = ("-40", "40-80", "80-")
DATABASE = "sharded"


class DifferentialTest(ClusterTest):
    keyspaces = (Keyspace("plain"), Keyspace(DATABASE, SHARDS))
    seed = 1
    count = 1500

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mysql = MysqlServer("reference", os.path.join(cls._folder, "reference"),
                                os.path.join(cls._folder, "log", "reference.log"), cls._ports.tablet(900)["mysql"], 900,
                                read_only=False)
        cls.mysql.prepare()
        cls.mysql.start()
        cls.mysql.wait_ready()
        connection = cls.mysql.connect()
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
        connection.close()

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "mysql"):
            cls.mysql.process.kill()
        super().tearDownClass()

    def gateway(self):
        return Client(self.cluster.connect(DATABASE))

    def reference(self):
        return Client(self.mysql.connect(database=DATABASE))

    def test_random_statements(self):
        started = time.monotonic()
        run = Run(self.gateway, self.reference, self.seed, report=lambda text: print(text, file=sys.stderr))
        run.create()
        run.load()
        run.go(self.count)
        print(run.summary(), f"\n  in {time.monotonic() - started:.1f} s", file=sys.stderr)
        self.assertEqual(len(run.findings), 0, "answers differ, see above")
        unknown = {construct: run.examples[construct] for construct in run.refused if not is_known(construct)}
        self.assertEqual(unknown, {}, "refused, but not named in README.md")

    def test_now_is_one_value_in_a_statement(self):
        connection = self.connect(DATABASE)
        self.execute(connection, "CREATE TABLE clock (id INT PRIMARY KEY, v INT, made DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6), "
                                 "changed DATETIME(6) ON UPDATE CURRENT_TIMESTAMP(6))")
        self.execute(connection, "INSERT INTO clock (id) VALUES " + ", ".join(f"({i})" for i in range(20)))
        self.execute(connection, "UPDATE clock SET v = 1")
        for sql in ("SELECT DISTINCT made FROM clock", "SELECT DISTINCT changed FROM clock", "SELECT DISTINCT NOW(6) FROM clock",
                    "SELECT UTC_TIMESTAMP(6), COUNT(*) FROM clock GROUP BY 1"):
            with self.subTest(sql):
                self.assertEqual(len(self.execute(connection, sql)), 1)

    def distinct_rows(self, sql):
        """The gateway's rows, after comparing them with MySQL's as far as it does not choose among equal values."""
        def folded(rows):
            return sorted(tuple("" if cell is None else str(cell).lower() for cell in row) for row in rows)
        rows = self.execute(self.connect(DATABASE), sql)
        connection = self.mysql.connect(database=DATABASE)
        expected = self.execute(connection, sql)
        connection.close()
        self.assertEqual(folded(rows), folded(expected))
        return rows, expected

    def test_distinct_with_an_order_that_tells_equal_values_apart(self):
        words = ("a", "A", "Ab", "aB", "AB", "ab", "b", "B", "c", "C", "d", "D")
        for connect in (lambda: self.cluster.connect(DATABASE), lambda: self.mysql.connect(database=DATABASE)):
            connection = connect()
            # Text is sent as the connection's, whose collation decides what `=` and LIKE do.
            self.execute(connection, "SET NAMES utf8mb4")
            self.execute(connection, "CREATE TABLE said (id INT PRIMARY KEY, i INT, s VARCHAR(20) COLLATE utf8mb4_0900_ai_ci)")
            self.execute(connection, "INSERT INTO said VALUES " + ", ".join(
                f"({number}, {number % 7}, '{words[number % len(words)]}')" for number in range(60)) + ", (60, NULL, NULL)")
            self.execute(connection, "CREATE TABLE told (id INT, n INT, s VARCHAR(20) COLLATE utf8mb4_0900_ai_ci, PRIMARY KEY (id, n))")
            self.execute(connection, "INSERT INTO told VALUES " + ", ".join(
                f"({number // 12}, {number}, '{words[number % len(words)]}')" for number in range(60)))
            connection.close()

        def text(row):
            return row[0] or ""
        for order, key in (("s COLLATE utf8mb4_bin", text), ("BINARY s", text), ("CAST(s AS BINARY)", text),
                           ("CONVERT(s USING latin1) COLLATE latin1_bin", text), ("HEX(s)", text), ("CONCAT(s, '') COLLATE utf8mb4_bin", text),
                           ("CASE WHEN s LIKE BINARY 'a%' THEN 1 ELSE 2 END", lambda row: 1 if text(row).startswith("a") else 2),
                           ("s IS NULL, s = 'a' COLLATE utf8mb4_bin", lambda row: (row[0] is None, row[0] == "a")),
                           ("LOWER(s)", lambda row: text(row).lower())):
            for sql in (f"SELECT DISTINCT s FROM said ORDER BY {order}", f"SELECT DISTINCT s FROM said ORDER BY {order} LIMIT 100",
                        f"SELECT DISTINCT s, id FROM told ORDER BY {order}"):
                with self.subTest(sql):
                    rows, _ = self.distinct_rows(sql)
                    self.assertEqual(rows, sorted(rows, key=key))
            with self.subTest(order, limit=3):
                limited = self.execute(self.connect(DATABASE), f"SELECT DISTINCT s FROM said ORDER BY {order}, 1 LIMIT 2, 3")
                self.assertEqual(limited, self.execute(self.connect(DATABASE), f"SELECT DISTINCT s FROM said ORDER BY {order}, 1")[2:5])
        connection = self.connect(DATABASE)
        everything = self.execute(connection, "SELECT DISTINCT s FROM said ORDER BY HEX(s) DESC")
        self.execute(connection, "SET sql_select_limit = 2")
        self.assertEqual(self.execute(connection, "SELECT DISTINCT s FROM said ORDER BY HEX(s) DESC"), everything[:2])
        # Nothing to choose: one answer.
        for sql in ("SELECT DISTINCT i FROM said ORDER BY i * -1", "SELECT DISTINCT i FROM said ORDER BY i IN (3, 4), CASE i WHEN 6 THEN 0 ELSE 1 END, i",
                    "SELECT DISTINCT i FROM said ORDER BY ABS(i - 3), i LIMIT 1, 4", "SELECT DISTINCT s, i FROM said WHERE s = 'd' ORDER BY CAST(i AS CHAR) DESC"):
            with self.subTest(sql):
                rows, expected = self.distinct_rows(sql)
                self.assertEqual([row[-1] for row in rows], [row[-1] for row in expected])

    def test_distinct_takes_minus_zero_for_zero(self):
        for connect in (lambda: self.cluster.connect(DATABASE), lambda: self.mysql.connect(database=DATABASE)):
            connection = connect()
            self.execute(connection, "CREATE TABLE zeros (id INT, n INT, f DOUBLE, PRIMARY KEY (id, n))")
            self.execute(connection, "INSERT INTO zeros VALUES " + ", ".join(
                f"({i // 6}, {i}, {(-0.4, 0.4, 1.2)[i % 3]})" for i in range(60)))
            connection.close()

        def numbers(rows):
            return sorted(tuple(float(cell) for cell in row) for row in rows)
        for sql in ("SELECT DISTINCT id, ROUND(f) FROM zeros ORDER BY 2", "SELECT DISTINCT id, ROUND(f) FROM zeros ORDER BY ROUND(f), id",
                    "SELECT DISTINCT id, IF(f < 0, -0e0, 0e0) AS zero FROM zeros ORDER BY zero",
                    "SELECT DISTINCT ROUND(f) FROM zeros ORDER BY 1 LIMIT 2", "SELECT DISTINCT ROUND(f) FROM zeros"):
            with self.subTest(sql):
                connection = self.mysql.connect(database=DATABASE)
                expected = self.execute(connection, sql)
                connection.close()
                self.assertEqual(numbers(self.execute(self.connect(DATABASE), sql)), numbers(expected))
        # What COLLATION() says of a value is what the definition of its column says.
        for sql in ("SELECT DISTINCT IFNULL(ELT(n % 5, 'a', 'A', 'b'), 'c') FROM zeros ORDER BY 1", "SELECT DISTINCT IF(n % 2, n, 'A') FROM zeros ORDER BY 1",
                    "SELECT DISTINCT HEX(n) FROM zeros ORDER BY 1", "SELECT DISTINCT COALESCE(NULL, n) FROM zeros ORDER BY 1", "SELECT DISTINCT NULLIF(n, n) FROM zeros ORDER BY 1",
                    "SELECT DISTINCT CONCAT(n) FROM zeros ORDER BY 1", "SELECT DISTINCT IF(n % 3, DATE'2020-01-01', TIMESTAMP'2020-01-02 03:04:05') FROM zeros ORDER BY 1",
                    "SELECT DISTINCT DATE_ADD('2020-01-01', INTERVAL n DAY) FROM zeros ORDER BY 1", "SELECT DISTINCT CHAR(n + 60) FROM zeros ORDER BY 1",
                    "SELECT DISTINCT CHAR(n + 60 USING utf8mb4) FROM zeros ORDER BY 1", "SELECT DISTINCT UNHEX(HEX(n)) FROM zeros ORDER BY 1"):
            with self.subTest(sql):
                self.distinct_rows(sql)

    def test_distinct_star_in_the_order_of_its_columns(self):
        for connect in (lambda: self.cluster.connect(DATABASE), lambda: self.mysql.connect(database=DATABASE)):
            connection = connect()
            self.execute(connection, "CREATE TABLE person (id INT PRIMARY KEY, name VARCHAR(20), secret INT INVISIBLE)")
            self.execute(connection, "INSERT INTO person VALUES " + ", ".join(f"({i}, 'p{i % 5}')" for i in range(30)))
            self.execute(connection, "CREATE TABLE orders (person_id INT, order_id INT, PRIMARY KEY (person_id, order_id))")
            self.execute(connection, "INSERT INTO orders VALUES " + ", ".join(f"({i % 30}, {99 - i})" for i in range(60)))
            connection.close()
        joined = "person p JOIN orders o ON o.person_id = p.id"
        for sql in ("SELECT DISTINCT * FROM person ORDER BY id", "SELECT DISTINCT * FROM person ORDER BY name DESC, id DESC LIMIT 7, 9",
                    "SELECT DISTINCT * FROM person ORDER BY id % 7, person.id", "SELECT DISTINCT * FROM person ORDER BY UPPER(name), -id",
                    f"SELECT DISTINCT o.* FROM {joined} ORDER BY o.order_id", f"SELECT DISTINCT p.* FROM {joined} ORDER BY p.id",
                    f"SELECT DISTINCT * FROM {joined} ORDER BY order_id", f"SELECT DISTINCT o.*, p.name FROM {joined} ORDER BY p.name, 2"):
            with self.subTest(sql):
                rows, expected = self.distinct_rows(sql)
                self.assertEqual(rows, expected)
        for sql in (f"SELECT DISTINCT o.* FROM {joined} ORDER BY p.name", "SELECT DISTINCT * FROM person ORDER BY secret",
                    f"SELECT DISTINCT p.* FROM {joined} ORDER BY o.order_id + 1"):
            with self.subTest(sql):
                with self.assertRaises(pymysql.MySQLError) as caught:
                    self.distinct_rows(sql)
                self.assertEqual(caught.exception.args[0], 3065)

    def test_a_select_that_fails_keeps_the_transaction(self):
        connection = self.connect(DATABASE)
        self.execute(connection, "CREATE TABLE kept (id BIGINT UNSIGNED PRIMARY KEY, v INT)")
        self.execute(connection, "INSERT INTO kept (id) VALUES " + ", ".join(f"({i})" for i in range(30)))
        for turn in range(40):
            self.execute(connection, "BEGIN")
            self.execute(connection, f"UPDATE kept SET v = {turn}")
            with self.assertRaises(pymysql.MySQLError) as caught:
                self.execute(connection, f"SELECT id - 29 FROM kept WHERE id <> {turn}" + " ORDER BY id" * (turn % 2))
            self.assertEqual(caught.exception.args[0], 1690)
            self.execute(connection, "COMMIT")
            self.assertEqual(self.execute(connection, f"SELECT COUNT(*) FROM kept WHERE v = {turn}"), [(30,)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", default=DifferentialTest.seed)
    parser.add_argument("--count", type=int, default=DifferentialTest.count)
    known, rest = parser.parse_known_args()
    DifferentialTest.seed, DifferentialTest.count = known.seed, known.count
    unittest.main(argv=sys.argv[:1] + rest)
