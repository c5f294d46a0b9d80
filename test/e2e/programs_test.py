#!/usr/bin/python3
"""Stored programs: what they do to their session does not reach another client."""

import unittest

import pymysql

from harness import ClusterTest, Keyspace

# Each would be the shard connection's, which other clients use, too.
REFUSED = """
CREATE PROCEDURE p() SET time_zone = '+05:00'
CREATE PROCEDURE p() BEGIN DECLARE a INT; SET a = 1, sql_mode = ''; END
CREATE PROCEDURE p() SET @@session.time_zone = '+05:00'
CREATE PROCEDURE p() SET SESSION time_zone = '+05:00'
CREATE PROCEDURE p() IF 1 THEN SET autocommit = 0; END IF
CREATE PROCEDURE p() SET NAMES latin1
CREATE PROCEDURE p() SET CHARACTER SET latin1
CREATE PROCEDURE p() SET TRANSACTION READ ONLY
CREATE PROCEDURE p() CREATE TEMPORARY TABLE x (a INT)
CREATE PROCEDURE p() PREPARE s FROM 'SET time_zone = "+05:00"'
CREATE PROCEDURE p() XA START 'a'
CREATE PROCEDURE p() SELECT GET_LOCK('a', 1)
CREATE FUNCTION f() RETURNS INT NO SQL RETURN Get_Lock('a', 1)
CREATE FUNCTION f() RETURNS INT NO SQL BEGIN SET time_zone = '+05:00'; RETURN 1; END
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET time_zone = '+05:00'
CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SET time_zone = '+05:00'
""".strip().splitlines()
TAKEN = """
CREATE PROCEDURE p(IN i INT) BEGIN DECLARE a, b INT DEFAULT 1; SET a = i, b = a; INSERT INTO t VALUES (a, NULL); END
CREATE PROCEDURE q(OUT o INT) BEGIN START TRANSACTION; INSERT INTO t VALUES (50, NULL); ROLLBACK; SET o = 1; END
CREATE FUNCTION f(i INT) RETURNS INT NO SQL BEGIN SET i = i + 1; RETURN i; END
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.at = COALESCE(NEW.at, '2020-01-01 12:00:00')
""".strip().splitlines()


class ProgramsTest(ClusterTest):
    keyspaces = (Keyspace("main"), )

    def setUp(self):
        self.connection = self.connect("main")
        self.run_all(self.connection, "CREATE TABLE t (id INT PRIMARY KEY, at TIMESTAMP NULL)")
        self.addCleanup(self.drop)

    def drop(self):
        self.run_all(self.connect("main"), "DROP TABLE IF EXISTS t", "DROP PROCEDURE IF EXISTS p", "DROP PROCEDURE IF EXISTS q", "DROP FUNCTION IF EXISTS f")

    def run_all(self, connection, *statements):
        for sql in statements:
            self.execute(connection, sql)

    def on_server(self, sql):
        """As somebody does who does not ask the gateway."""
        self.on_shard("main", "0", sql)

    def test_what_changes_the_session_is_refused(self):
        for sql in REFUSED:
            with self.subTest(sql), self.assertRaisesRegex(pymysql.MySQLError, "1235.*in stored programs"):
                self.execute(self.connection, sql)

    def test_others_are_taken(self):
        self.run_all(self.connection, *TAKEN, "CALL p(1)", "INSERT INTO t VALUES (2, NULL)")
        self.assertEqual(self.execute(self.connection, "SELECT id, f(id) FROM t ORDER BY id"), [(1, 2), (2, 3)])
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM t WHERE at IS NULL")
            self.assertEqual(cursor.fetchone(), (0, ))

    def test_what_call_leaves_is_gone(self):
        """The program was made on the server itself."""
        self.on_server("CREATE PROCEDURE p() BEGIN SET time_zone = '+05:00'; CREATE TEMPORARY TABLE t (id INT PRIMARY KEY, at TIMESTAMP NULL); END")
        self.run_all(self.connection, "CALL p()")
        other = self.connect("main")
        for id_ in range(20):
            self.run_all(other, f"INSERT INTO t VALUES ({id_}, '2020-01-01 12:00:00')")
        self.assertEqual(self.on_shard("main", "0", "SELECT COUNT(*), COUNT(DISTINCT at) FROM t"), [(20, 1)])
        self.assertEqual(self.execute(other, "SELECT DISTINCT @@time_zone, CAST(at AS CHAR) FROM t"), [("SYSTEM", "2020-01-01 12:00:00")])

    def test_a_transaction_that_is_left_open(self):
        """An error, not an OK for what is rolled back."""
        self.on_server("CREATE PROCEDURE p() BEGIN START TRANSACTION; INSERT INTO t VALUES (1, NULL); END")
        self.on_server("CREATE PROCEDURE q() BEGIN SET autocommit = 0; INSERT INTO t VALUES (2, NULL); END")
        for sql in ("CALL p()", "CALL q()"):
            with self.subTest(sql), self.assertRaisesRegex(pymysql.MySQLError, "1235.*leaves a transaction open"):
                self.execute(self.connection, sql)
        self.run_all(self.connection, "COMMIT", "INSERT INTO t VALUES (1, NULL), (3, NULL)", "ROLLBACK")
        self.assertEqual(self.execute(self.connection, "SELECT id FROM t ORDER BY id"), [(1, ), (3, )])

    def test_autocommit_that_is_changed(self):
        self.on_server("CREATE PROCEDURE p() SET autocommit = 0")
        with self.assertRaisesRegex(pymysql.MySQLError, "1235.*changes autocommit"):
            self.execute(self.connection, "CALL p()")
        self.run_all(self.connection, "INSERT INTO t VALUES (1, NULL)", "ROLLBACK")
        self.assertEqual(self.on_shard("main", "0", "SELECT id FROM t"), [(1, )])


if __name__ == "__main__":
    unittest.main()
