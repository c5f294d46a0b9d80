#!/usr/bin/python3
"""Real clients connect to vtgate, in clear and over TLS, and work on both kinds of keyspace."""

import os
import unittest

import pymysql

import harness
from harness import SHARDS, ClusterTest, Keyspace, SOURCE, binaries

CUSTOMER_VSCHEMA = {
    "sharded": True,
    "vindexes": {"hash": {"type": "hash"}},
    "tables": {"customer": {"column_vindexes": [{"column": "id", "name": "hash"}]}},
}


class SmokeTest(ClusterTest):
    keyspaces = (Keyspace("main"), Keyspace("customer", SHARDS, vschema=CUSTOMER_VSCHEMA))
    tls = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for keyspace in ("main", "customer"):
            connection = cls.cluster.connect(keyspace)
            with connection.cursor() as cursor:
                cursor.execute("CREATE TABLE customer (id BIGINT NOT NULL PRIMARY KEY, name VARCHAR(64), "
                               "balance DECIMAL(12,2) NOT NULL DEFAULT 0)")
            connection.close()

    # Each client does this; `run` takes one statement and returns its rows as text.
    def converse(self, run, first_id):
        ids = range(first_id, first_id + 8)
        values = ", ".join(f"({i}, 'name {i}', {i}.50)" for i in ids)
        run(f"INSERT INTO customer (id, name, balance) VALUES {values}")
        self.assertEqual(run(f"SELECT name FROM customer WHERE id = {first_id + 3}"), [[f"name {first_id + 3}"]])
        run(f"UPDATE customer SET balance = balance + 1 WHERE id IN ({first_id}, {first_id + 1})")
        rows = run(f"SELECT id, balance FROM customer WHERE id BETWEEN {first_id} AND {first_id + 7} ORDER BY id DESC")
        expected = [[str(i), f"{i + (1 if i < first_id + 2 else 0)}.50"] for i in reversed(ids)]
        self.assertEqual(rows, expected)
        self.assertEqual(run(f"SELECT COUNT(*) FROM customer WHERE id >= {first_id} AND id < {first_id + 8}"), [["8"]])
        run(f"DELETE FROM customer WHERE id = {first_id + 7}")
        self.assertEqual(run(f"SELECT name FROM customer WHERE id = {first_id + 7}"), [])

    def converse_through_cli(self, command, first_id):
        def run(sql):
            output = self.check_program(command + ["--batch", "--skip-column-names", "--execute", sql])
            return [line.split("\t") for line in output.splitlines()]
        self.converse(run, first_id)

    def mariadb(self, *options):
        return ["mariadb", "--no-defaults", "-h127.0.0.1", f"-P{self.cluster.ports.vtgate_mysql}", "-uapp", "-papp",
                *options]

    def mysql(self, *options):
        return [os.path.join(SOURCE, "scripts/mysql"), "-h127.0.0.1", f"-P{self.cluster.ports.vtgate_mysql}", "-uapp",
                "-papp", *options]

    def test_mariadb_command_line(self):
        for number, keyspace in enumerate(("main", "customer")):
            self.converse_through_cli(self.mariadb("--skip-ssl", keyspace), 1000 + 100 * number)
            self.converse_through_cli(self.mariadb("--ssl", keyspace), 2000 + 100 * number)

    def test_mysql_command_line(self):
        for number, keyspace in enumerate(("main", "customer")):
            self.converse_through_cli(
                self.mysql("--ssl-mode=DISABLED", "--get-server-public-key", keyspace), 3000 + 100 * number)
            self.converse_through_cli(self.mysql("--ssl-mode=REQUIRED", keyspace), 4000 + 100 * number)

    def test_tls_is_really_used(self):
        status = self.check_program(self.mysql("--ssl-mode=REQUIRED", "main", "--loose-commands", "--execute", "status"))
        self.assertRegex(status, r"SSL:\s+Cipher in use is TLS")
        status = self.check_program(self.mysql("--ssl-mode=DISABLED", "main", "--loose-commands", "--execute", "status"))
        self.assertRegex(status, r"SSL:\s+Not in use")

    def test_mysql_client_verifies_the_certificate(self):
        command = self.mysql("--ssl-mode=VERIFY_CA", f"--ssl-ca={self.cluster.root}/tls/cert.pem", "main",
                             "--batch", "--skip-column-names", "--execute", "SELECT 1")
        self.assertEqual(self.check_program(command), "1\n")

    def test_pymysql(self):
        for number, keyspace in enumerate(("main", "customer")):
            for tls, options in enumerate(({}, {"ssl": {"ca": f"{self.cluster.root}/tls/cert.pem"}})):
                connection = self.connect(keyspace, **options)

                def run(sql, connection=connection):
                    return [[str(value) for value in row] for row in self.execute(connection, sql)]
                self.converse(run, 5000 + 100 * number + 1000 * tls)

    def test_pymysql_transaction(self):
        for keyspace in ("main", "customer"):
            connection = self.connect(keyspace, autocommit=False)
            self.execute(connection, "INSERT INTO customer (id, name) VALUES (7001, 'kept'), (7002, 'kept')")
            connection.commit()
            self.execute(connection, "UPDATE customer SET name = 'lost' WHERE id IN (7001, 7002)")
            self.assertEqual(self.execute(connection, "SELECT name FROM customer WHERE id = 7001"), [("lost",)])
            connection.rollback()
            rows = self.execute(connection, "SELECT name FROM customer WHERE id IN (7001, 7002)")
            self.assertEqual(rows, [("kept",), ("kept",)])

    def test_connector_cpp(self):
        program = os.path.join(binaries(), "connector_smoke")
        if not os.path.exists(program):
            self.skipTest("connector_smoke is not built")
        for number, keyspace in enumerate(("main", "customer")):
            for tls in ("plain", "tls"):
                output = self.check_program([program, str(self.cluster.ports.vtgate_mysql), keyspace, tls,
                                             str(8000 + 100 * number + (50 if tls == "tls" else 0))])
                self.assertIn("all good", output)

    def test_rows_lie_where_the_vindex_says(self):
        connection = self.connect("customer")
        self.execute(connection, "INSERT INTO customer (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e')")
        # hash(4) is d2fd8867d50d2dfe; the other four lie below 80 (Vitess' test vectors).
        low = self.on_shard("customer", "-80", "SELECT id FROM customer WHERE id < 6 ORDER BY id")
        high = self.on_shard("customer", "80-", "SELECT id FROM customer WHERE id < 6 ORDER BY id")
        self.assertEqual((low, high), ([(1,), (2,), (3,), (5,)], [(4,)]))

    def test_limit_0_reads_no_rows(self):
        for keyspace in ("main", "customer"):
            connection = self.connect(keyspace)
            self.execute(connection, "INSERT INTO customer (id) VALUES (9501), (9502), (9503), (9504)")
            # The difference overflows in every row that is read.
            self.assertEqual(self.execute(
                connection, "SELECT CAST(0 AS UNSIGNED) - id FROM customer ORDER BY id LIMIT 0 OFFSET 3"), [])

    def test_errors_are_those_of_mysql(self):
        for keyspace in ("main", "customer"):
            connection = self.connect(keyspace)
            for sql, number in (("SELECT * FROM nowhere", 1146), ("SELEC 1", 1064),
                                ("SELECT nothing FROM customer WHERE id = 1", 1054),
                                ("INSERT INTO customer (id) VALUES (NULL)", 1048)):
                with self.subTest(keyspace=keyspace, sql=sql):
                    with self.assertRaises(pymysql.MySQLError) as caught:
                        self.execute(connection, sql)
                    self.assertEqual(caught.exception.args[0], number, caught.exception)
            self.execute(connection, "INSERT INTO customer (id) VALUES (9001)")
            with self.assertRaises(pymysql.IntegrityError) as caught:
                self.execute(connection, "INSERT INTO customer (id) VALUES (9001)")
            self.assertEqual(caught.exception.args[0], 1062)
            self.assertEqual(self.execute(connection, "SELECT 1"), [(1,)])


if __name__ == "__main__":
    unittest.main()
