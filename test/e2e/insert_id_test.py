#!/usr/bin/python3
"""LAST_INSERT_ID() and the id of the OK packet, as one MySQL gives them."""

import unittest

import pymysql

from direct import DirectTest
from harness import SHARDS, Keyspace

SCHEMA = (
    "CREATE TABLE a (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, v INT, w INT)",
    "CREATE TABLE b (id INT NOT NULL PRIMARY KEY, v INT)",
)
# The ids of generated rows are the same on both sides: sequences begin at 1 and are taken in order.
SCRIPT = (
    "INSERT INTO a (v) VALUES (1), (2)",
    "INSERT INTO a VALUES (100, 5, 0)",
    "INSERT INTO a VALUES (102, 5, 0), (101, 5, 0)",
    "INSERT INTO b VALUES (7, 7)",
    "SELECT LAST_INSERT_ID()",
    "UPDATE b SET v = LAST_INSERT_ID(v + 34) WHERE id = 7",
    "SELECT LAST_INSERT_ID(), LAST_INSERT_ID() + 1",
    "INSERT INTO b VALUES (7, 7) ON DUPLICATE KEY UPDATE v = LAST_INSERT_ID(33)",
    "INSERT INTO b VALUES (8, LAST_INSERT_ID()) ON DUPLICATE KEY UPDATE v = 1",
    "SELECT v FROM b WHERE id = 8",
    "SELECT LAST_INSERT_ID(42)",
    "SELECT LAST_INSERT_ID()",
    "SELECT LAST_INSERT_ID(45), LAST_INSERT_ID()",
    "SELECT v, LAST_INSERT_ID(v + 60) FROM b WHERE id = 7",
    "DELETE FROM b WHERE id = 8",
    "BEGIN",
    "INSERT INTO b VALUES (9, 9)",
    "UPDATE b SET v = LAST_INSERT_ID(500) WHERE id = 9",
    "ROLLBACK",
)
# Where mysqld itself gives the ids.
UNSHARDED = (
    "INSERT INTO a VALUES (-9, 5, 0)",
    "INSERT INTO a (id, v) VALUES (NULL, 1), (5000, 2), (0, 3)",
    "INSERT INTO a (id, v) SELECT id + 6000, v FROM b",
    "INSERT INTO a (v) SELECT v FROM b",
    "REPLACE INTO a (id, v) VALUES (100, 1)",
    "INSERT IGNORE INTO a (id, v) VALUES (100, 1)",
    "INSERT INTO a (id, v) VALUES (100, 1) ON DUPLICATE KEY UPDATE v = 9",
    "INSERT INTO a (id, v) VALUES (100, 1) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), v = 10",
)


# What moves the counter of a table, by whole tables.
COUNTER = (
    "CREATE TABLE c (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, v INT) AUTO_INCREMENT = 50",
    "INSERT INTO c (v) VALUES (1), (2)",
    "ALTER TABLE c AUTO_INCREMENT = 1000",
    "INSERT INTO c (v) VALUES (3)",
    "DELETE FROM c WHERE id > 50",
    "ALTER TABLE c COMMENT 'x', AUTO_INCREMENT = 60",
    "INSERT INTO c (v) VALUES (4), (5)",
    "ALTER TABLE c AUTO_INCREMENT = 2",
    "INSERT INTO c (v) VALUES (6)",
    "INSERT INTO c VALUES (5000, 1)",
    "INSERT INTO c (v) VALUES (7)",
    "TRUNCATE TABLE c",
    "INSERT INTO c (v) VALUES (8), (9)",
    "DELETE FROM c",
    "INSERT INTO c (v) VALUES (10)",
    "TRUNCATE c",
    "INSERT INTO c (v) VALUES (11)",
    "DROP TABLE c",
    "CREATE TABLE c (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, v INT)",
    "INSERT INTO c (v) VALUES (12)",
    "DROP TABLE c",
)


_NUMBERED = {"column_vindexes": [{"column": "id", "name": "xxhash"}],
             "auto_increment": {"column": "id", "sequence": "ids"}}


class InsertIdTest(DirectTest):
    keyspaces = (Keyspace("main", vschema={"tables": {"ids": {"type": "sequence"}}}),
                 Keyspace("customer", SHARDS, vschema={"sharded": True, "vindexes": {"xxhash": {"type": "xxhash"}},
                                                       "tables": {"one": _NUMBERED, "two": _NUMBERED}}))
    schema = SCHEMA

    def converse(self, connection, script):
        told = []
        with connection.cursor() as cursor:
            for sql in script:
                cursor.execute(sql)
                rows = [tuple(int(cell) for cell in row) for row in cursor.fetchall()]
                sent = cursor.lastrowid
                cursor.execute("SELECT LAST_INSERT_ID()")
                told.append((sql, rows, sent, int(cursor.fetchall()[0][0])))
        return told

    def compare(self, database, script):
        gateway = self.connect(database, autocommit=True)
        direct = self.direct.connect(database=database)
        self.addCleanup(direct.close)
        self.assertEqual(self.converse(gateway, script), self.converse(direct, script))

    def test_unsharded(self):
        self.compare("main", SCRIPT + UNSHARDED)

    def test_sharded(self):
        self.compare("customer", SCRIPT)

    def test_counter(self):
        for database in ("main", "customer"):
            with self.subTest(database=database):
                self.compare(database, COUNTER)

    def test_sequence_of_two_tables(self):
        main, connection = self.connect("main"), self.connect("customer")
        self.execute(main, "CREATE TABLE ids (id BIGINT PRIMARY KEY, next_id BIGINT, cache BIGINT)")
        self.execute(main, "INSERT INTO ids VALUES (0, 1, 10)")
        for table in ("one", "two"):
            self.execute(connection, f"CREATE TABLE {table} (id INT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 100")
            self.execute(connection, f"INSERT INTO {table} VALUES (NULL), (NULL)")
        self.assertEqual(self.execute(connection, "SELECT id FROM two ORDER BY id"), [(102,), (103,)])
        self.execute(connection, "TRUNCATE one")
        self.execute(connection, "INSERT INTO one VALUES (NULL)")
        self.execute(connection, "ALTER TABLE two AUTO_INCREMENT = 500")
        self.execute(connection, "INSERT INTO one VALUES (NULL)")
        self.assertEqual(self.execute(connection, "SELECT id FROM one ORDER BY id"), [(104,), (500,)])

    def test_what_several_shards_cannot_tell(self):
        connection = self.connect("customer")
        rows = ", ".join(f"({n}, 0)" for n in range(50, 70))
        for sql in (f"INSERT INTO b VALUES {rows} ON DUPLICATE KEY UPDATE v = LAST_INSERT_ID(1)",
                    "UPDATE b SET v = LAST_INSERT_ID(v)", "SELECT LAST_INSERT_ID(v) FROM b"):
            with self.assertRaises(pymysql.err.NotSupportedError) as caught:
                self.execute(connection, sql)
            self.assertEqual(caught.exception.args[0], 1235)


if __name__ == "__main__":
    unittest.main()
