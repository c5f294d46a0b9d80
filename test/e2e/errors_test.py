#!/usr/bin/python3
"""What MySQL refuses over one server is refused over several shards, with the same number, SQLSTATE and text."""

import glob
import os
import unittest

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


if __name__ == "__main__":
    unittest.main()
