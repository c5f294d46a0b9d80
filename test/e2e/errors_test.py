#!/usr/bin/python3
"""What MySQL refuses over one server is refused over several shards, with the same number, SQLSTATE and text."""

import glob
import os
import unittest

import pymysql

from direct import CompareTest
from harness import SHARDS, Keyspace

UNSUPPORTED = 1235
ROWS = ", ".join(f"({i}, {i % 3}, 'v{i}', {i}.5)" for i in range(1, 13))


class ErrorsTest(CompareTest):
    keyspaces = (Keyspace("main"), Keyspace("customer", SHARDS))
    schema = ("CREATE TABLE t (id INT PRIMARY KEY, g INT, v VARCHAR(10), n DECIMAL(5,2) NOT NULL DEFAULT 0)", f"INSERT INTO t VALUES {ROWS}",
              "CREATE TABLE u (id INT PRIMARY KEY, w INT)", "INSERT INTO u VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6)",
              "CREATE TABLE made (id TINYINT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(10))",
              "CREATE TABLE far (k INT, id TINYINT AUTO_INCREMENT, PRIMARY KEY (k, id), KEY (id))")

    def compare_errors(self, statements):
        for prepared in (False, True):
            clients = self.both()
            for sql in statements:
                with self.subTest(sql=sql, prepared=prepared):
                    gateway, mysqld = (self.outcome(client, sql, prepared) for client in clients)
                    if mysqld.error is None and gateway.error is not None and gateway.error[0] == UNSUPPORTED:
                        continue  # README.md says so
                    self.assertEqual(gateway.error, mysqld.error)
                    self.assertEqual(self.rows(gateway, sql), self.rows(mysqld, sql))

    def outcome(self, client, sql, prepared):
        """A write leaves nothing behind."""
        client.text("BEGIN")
        outcome = client.prepared(sql, []) if prepared else client.text(sql)
        client.text("ROLLBACK")
        return outcome

    def rows(self, outcome, sql):
        if outcome.rows is None or "ORDER BY" in sql:
            return outcome.rows
        return sorted(outcome.rows, key=str)

    def test_lists(self):
        """The statements of errors/*.sql, one per line."""
        for path in sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "errors", "*.sql"))):
            with open(path, encoding="utf-8") as file:
                self.compare_errors([line.rstrip(";\n") for line in file if not line.startswith("--")])

    def test_ids_that_do_not_fit(self):
        """They are refused as by MySQL, and what is refused moves no sequence: ids go on where they were."""
        script = ("INSERT INTO made (v) VALUES ('a')", "INSERT INTO made (id) VALUES ('')", "INSERT INTO made (id) VALUES ('a')",
                  "INSERT INTO made (id) VALUES (' ')", "INSERT INTO made (id) VALUES ('7x')", "INSERT INTO made (id) VALUES (128)",
                  "INSERT INTO made (id) VALUES ('128')", "INSERT INTO made (id) VALUES (99999999999999999999)", "INSERT INTO made (id) VALUES (-129)",
                  "INSERT INTO made (id) VALUES (300), (301)", "INSERT INTO far (k, id) VALUES (1, '')", "INSERT INTO far (k, id) VALUES (1, 300), (2, 301)",
                  "INSERT INTO far (k, id) VALUES (1, 'a'), (2, 'b'), (3, 'c')", "INSERT INTO made (v) VALUES ('b')", "INSERT INTO made VALUES (' 5 ', 'c'), ('6.6', 'd')",
                  "INSERT INTO made (v) VALUES ('e')", "INSERT INTO far (k) VALUES (1)", "INSERT IGNORE INTO made VALUES (200, 'f')",
                  "SELECT * FROM made ORDER BY id", "SELECT * FROM far ORDER BY id", "SET sql_mode = ''", "INSERT INTO far VALUES (2, '')", "INSERT INTO far VALUES (3, 300)",
                  "SELECT * FROM far ORDER BY id", "DELETE FROM made", "DELETE FROM far")
        clients = self.both()
        for sql in script:
            self.compare(clients, sql, what=("error", "rows", "affected"))

    def test_kill_of_the_own_connection(self):
        for statement in ("KILL QUERY {}", "KILL {}", "KILL CONNECTION {}", "KILL CONNECTION_ID()", "KILL -1", "KILL 99999999999999999999", "KILL NULL"):
            seen = []
            for client in self.both():
                own = client.rows("SELECT CONNECTION_ID()")[0][0].decode()
                error = client.text(statement.format(own)).error
                try:
                    seen.append((error, client.rows("SELECT 1")))
                except pymysql.OperationalError:
                    seen.append((error, "closed"))
            with self.subTest(statement):
                self.assertEqual(*seen)

    def test_kill_in_the_middle_of_rows(self):
        """The error follows a whole row: otherwise the client takes it for a part of one."""
        numbers = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
        for database, tables in (("main", "n AS a, n AS b"), ("customer", "n AS a, n AS b"), ("customer", "t, n AS a")):
            for attempt in range(5):
                with self.subTest(database=database, tables=tables, attempt=attempt):
                    connection = self.connect(database, cursorclass=pymysql.cursors.SSCursor, read_timeout=20)
                    other = self.connect(database)
                    with connection.cursor() as cursor, self.assertRaises(pymysql.err.MySQLError) as caught:
                        cursor.execute(f"{numbers}SELECT REPEAT('x', {30000 + attempt}) FROM {tables}")
                        for _ in range(50):
                            self.assertEqual(len(cursor.fetchone()[0]), 30000 + attempt)
                        self.execute(other, f"KILL QUERY {connection.thread_id()}")
                        while (row := cursor.fetchone()) is not None:
                            self.assertEqual(len(row[0]), 30000 + attempt)
                    self.assertEqual(caught.exception.args, (1317, "Query execution was interrupted"))
                    self.assertEqual(self.execute(connection, "SELECT 1"), [(1,)])
                    connection.close()
                    other.close()

    def test_no_statement(self):
        clients = self.both()
        for sql in ("", " ", ";", "/* c */", "-- c", "# c", " /* c */ ;", "/*! */"):
            self.compare(clients, sql, what=("error", "affected", "info"))

    def test_types_of_session_functions(self):
        clients = self.both()
        for sql in ("SELECT LAST_INSERT_ID()", "SELECT CONNECTION_ID()", "SELECT FOUND_ROWS(), ROW_COUNT()", "SELECT DATABASE(), SCHEMA() AS s",
                    "SELECT USER(), SESSION_USER(), SYSTEM_USER(), CURRENT_USER(), CURRENT_USER", "SELECT LAST_INSERT_ID(), id, USER() FROM t",
                    "SELECT DATABASE(), COUNT(*) FROM t", "SELECT DISTINCT DATABASE() AS d, g FROM t ORDER BY d, g"):
            self.compare(clients, sql, what=("error", "fields"))
            self.compare(clients, sql, [], what=("error", "fields", "prepared_fields"))

    def test_types_of_show(self):
        """The collation of text apart, which the gateway does not take from the session here."""
        for sql in ("SHOW WARNINGS", "SHOW ERRORS", "SHOW PROCESSLIST", "SHOW COUNT(*) WARNINGS"):
            gateway, mysqld = ([(field.name, field.type, field.length, field.flags, field.decimals) for field in client.text(sql).fields]
                               for client in self.both())
            with self.subTest(sql):
                self.assertEqual(gateway, mysqld)


if __name__ == "__main__":
    unittest.main()
