#!/usr/bin/python3
"""User variables are the same as on one MySQL: value, type, collation, and whose they are."""

import unittest

import pymysql

from direct import CompareTest
from harness import SHARDS, Keyspace

ROWS = ", ".join(f"({i}, {i % 3}, 'v{i}', {i}.25)" for i in range(1, 13))
VALUES = """
1.5
-2.25
123456789012345678901234567890123456.5
5
-7
CAST(5 AS UNSIGNED)
18446744073709551615
-9223372036854775808
1.5e0
TRUE
'abc'
''
'12x'
'x' COLLATE utf8mb4_bin
_latin1'abc'
CONVERT('abc' USING latin1) COLLATE latin1_bin
x'6162'
x''
b'101'
0x41
NULL
CAST(NULL AS CHAR) COLLATE utf8mb4_bin
DATE'2020-01-02'
CAST('10:11:12.5' AS TIME(1))
JSON_OBJECT('a', 1)
1/3
CONCAT('it''s ', '"q" ', '\\\\', 'é')
(SELECT v FROM t WHERE id = 5)
(SELECT n FROM t WHERE id = 5)
UUID() IS NULL
""".strip().splitlines()
USES = """
SELECT @x
SELECT @x AS a, @X b
SELECT (SELECT @x), CASE WHEN 1 THEN @x END, IF(1, @x, 0), IFNULL(@x, 0), COALESCE(@x, 'a')
SELECT -@x, @x + 1, @x * 2, @x / 3, @x - 10, ~@x, NOT @x
SELECT CONCAT(@x), CONCAT(@x, 'b'), LENGTH(@x), HEX(@x), UPPER(@x), QUOTE(@x)
SELECT COLLATION(@x), CHARSET(@x), COERCIBILITY(@x)
SELECT @x = 'ABC', @x = 'X', @x IN ('a', 5, 1.5), @x <=> NULL, @x BETWEEN 1 AND 6
SELECT ROUND(@x, 1), FLOOR(@x), ABS(@x), GREATEST(@x, 2), LEAST(@x, 'b'), FORMAT(@x, 1)
SELECT JSON_ARRAY(@x), CAST(@x AS CHAR), CAST(@x AS DECIMAL(10,1)), CAST(@x AS BINARY)
SELECT d.a FROM (SELECT @x AS a) d
SELECT @x UNION SELECT 2
SELECT @x UNION ALL SELECT @y
WITH c AS (SELECT @x AS a) SELECT a FROM c
SELECT MAX(@x), MIN(@x), COUNT(@x), SUM(@x) FROM t
SELECT @x, COUNT(*) FROM t GROUP BY @x
SELECT id, @x FROM t ORDER BY @x, id LIMIT 3
SELECT id FROM t WHERE id = @x ORDER BY id
SELECT id FROM t WHERE id IN (@x, 3, @y) ORDER BY id
SELECT id FROM t WHERE v = @x ORDER BY id
SELECT id FROM t WHERE n > CAST(@x AS DECIMAL(10,2)) AND id = 5
SELECT DISTINCT g, @x FROM t ORDER BY g
UPDATE t SET v = @x WHERE id = 4
SELECT v FROM t WHERE id = 4
INSERT INTO t VALUES (100, 1, @x, 2)
SELECT v FROM t WHERE id = 100
DELETE FROM t WHERE id = 100
""".strip().splitlines()

# mysqld makes of each text of the connection's collation.
ARGUMENTS = ("'V4'", "'V4' COLLATE utf8mb4_0900_ai_ci", "'V4' COLLATE utf8mb4_bin", "_latin1'V4' COLLATE latin1_bin", "x'5634'", "'é'", "x'c3a9'")
ARGUMENT_USES = ("SELECT id FROM t WHERE v = ? ORDER BY id", "SELECT id FROM t WHERE v IN ('x', ?) ORDER BY id", "SELECT id FROM t WHERE ? = v ORDER BY id",
                 "SELECT id FROM t WHERE v LIKE ? ORDER BY id", "SELECT id FROM t WHERE v BETWEEN ? AND 'V5' ORDER BY id", "UPDATE t SET v = ? WHERE id = 9",
                 "SELECT v FROM t WHERE id = 9 OR v = ? ORDER BY id", "INSERT INTO t (id, v) VALUES (200, ?)", "DELETE FROM t WHERE id = 200 OR v = ?",
                 "SELECT ? COLLATE utf8mb4_0900_as_cs = 'v4'", "SELECT ? = 'v4'", "SELECT COLLATION(?)", "SELECT 'v4' LIKE ?", "SELECT LENGTH(?)",
                 "SELECT id FROM t WHERE id = 3 AND ? IN ('v4', 'É')", "SELECT CONCAT(?, 'x') = 'éX'", "SET @z = ?")


class UserVariablesTest(CompareTest):
    keyspaces = (Keyspace("main"), Keyspace("customer", SHARDS))
    schema = ("CREATE TABLE t (id INT PRIMARY KEY, g INT, v VARCHAR(60), n DECIMAL(8,2))", f"INSERT INTO t VALUES {ROWS}")
    what = ("error", "fields", "rows", "affected", "warnings")

    def run_script(self, clients, statements, parameters=None):
        for sql in statements:
            is_query = sql.startswith(("SELECT", "WITH"))
            self.compare(clients, sql, parameters if is_query else None, self.what)

    def test_every_value_in_every_place(self):
        for database in ("main", "customer"):
            clients = self.both(database=database)
            self.compare(clients, "SET @y = 3", what=self.what)
            for value in VALUES:
                self.compare(clients, f"SET @x = {value}", what=self.what)
                for parameters in (None, []):
                    with self.subTest(database=database, value=value, prepared=parameters is not None):
                        self.run_script(clients, USES, parameters)

    def test_null_keeps_type(self):
        clients = self.both()
        for value in VALUES:
            self.run_script(clients, (f"SET @x = {value}", "SET @x = NULL", "SELECT @x, COLLATION(@x), COALESCE(@x, 5)",
                                      "SET @x = NULL, @y = NULL", "SELECT @x, COLLATION(@x), @y, COLLATION(@y)"))

    def test_order_of_assignments(self):
        clients = self.both()
        self.run_script(clients, ("SET @a = 1, @b = @a", "SELECT @a, @b IS NULL", "SET @a = @a + 1, @b = @a * 10", "SELECT @a, @b",
                                  "SET @a = CONCAT(@a, 'x'), @a = CONCAT(@a, 'y')", "SELECT @a", "SET @a = 1, @c = nosuch",
                                  "SELECT @a, @c IS NULL", "SET @a := 7", "SELECT @a", "SET @`odd ``name` = 3", "SELECT @`odd ``name`, @'odd `name'",
                                  "SET @s = 1 / 0", "SELECT @s", "SET @s = CAST('1x' AS SIGNED)", "SELECT @s"))

    def test_in_transaction(self):
        """An expression sees what the transaction has written."""
        for database in ("main", "customer"):
            clients = self.both(database=database)
            self.run_script(clients, ("BEGIN", "UPDATE t SET g = 50 WHERE id = 1", "SET @g = (SELECT g FROM t WHERE id = 1)", "SELECT @g", "ROLLBACK",
                                      "SET @g = (SELECT g FROM t WHERE id = 1)", "SELECT @g", "SET autocommit = 0",
                                      "UPDATE t SET g = 51 WHERE id = 1", "SET @g = (SELECT g FROM t WHERE id = 1)", "SELECT @g", "ROLLBACK",
                                      "SET autocommit = 1"))

    def test_parameters(self):
        clients = self.both()
        self.run_script(clients, ("PREPARE s FROM 'SET @a = ? + 1, @b = ?'", "SET @p = 4, @q = 'text'", "EXECUTE s USING @p, @q", "SELECT @a, @b",
                                  "EXECUTE s USING @q, @p", "SELECT @a, @b"))
        self.compare(clients, "SET @a = CONCAT(?, 'b'), @b = ?", ["a", 5], what=("error",))
        self.run_script(clients, ("SELECT @a, @b",))

    def test_collation_of_arguments(self):
        for database in ("main", "customer"):
            clients = self.both(database=database)
            self.run_script(clients, ("SET NAMES utf8mb4 COLLATE utf8mb4_general_ci", ))
            for value in ARGUMENTS:
                with self.subTest(database=database, value=value):
                    self.run_script(clients, ("BEGIN", f"SET @x = {value}"))
                    for sql in ARGUMENT_USES:
                        quoted = sql.replace("'", "''")
                        self.run_script(clients, (f"PREPARE s FROM '{quoted}'", ))
                        # A literal is never NULL, which its column's flags say.
                        self.compare(clients, "EXECUTE s USING @x", what=("error", "rows", "affected", "warnings"))
                    self.run_script(clients, ("SELECT @z, COLLATION(@z)", "ROLLBACK"))
        connection = self.connect("customer")
        self.execute(connection, "SET @x = CONVERT('é' USING latin1)")
        self.execute(connection, "PREPARE s FROM 'SELECT LENGTH(?)'")
        with self.assertRaisesRegex(pymysql.err.MySQLError, "1235.*another character set"):
            self.execute(connection, "EXECUTE s USING @x")

    def test_of_one_client_only(self):
        """The shards' connections are shared; the variables on them are not."""
        clients = [(self.cluster.connect("main"), self.cluster.connect("customer")) for _ in range(4)]
        for pair in clients:
            for connection in pair:
                self.addCleanup(connection.close)
        for round_ in range(10):
            for number, pair in enumerate(clients):
                for connection in pair:
                    if number == 3:
                        self.assertEqual(self.execute(connection, "SELECT @mine, COALESCE(@mine, 'none')"), [(None, "none")])
                        continue
                    self.execute(connection, f"SET @mine = 'c{number}-{round_}'")
                    self.assertEqual(self.execute(connection, "SELECT @mine"), [(f"c{number}-{round_}",)])

    def test_in_stored_programs(self):
        """There they would be those of whoever used the shard's connection before."""
        connection = self.connect("main")
        for sql in ("CREATE FUNCTION f() RETURNS INT NO SQL RETURN @a", "CREATE PROCEDURE p() BEGIN SET @a = 1; END",
                    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.g = COALESCE(@a, 1)",
                    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SET @`a` := 5"):
            with self.subTest(sql):
                self.assertEqual(self.outcome(connection, sql), 1235)
        self.execute(connection, "CREATE DEFINER=`root`@`localhost` FUNCTION f() RETURNS INT NO SQL RETURN LENGTH(@@sql_mode) * 0")
        self.assertEqual(self.execute(connection, "SELECT f()"), [(0,)])
        self.execute(connection, "DROP FUNCTION f")

    def test_what_shards_refuse(self):
        """It changes nothing, and it keeps the transaction."""
        for database in ("main", "customer"):
            one, other = self.connect(database), self.connect(database)
            for _ in range(5):
                self.execute(one, "SET @x = 'secret'")
                self.execute(one, "SELECT @x FROM t WHERE id = 1")
            for name in ("x" * 65, ""):
                self.assertEqual(self.outcome(other, f"SET @`{name}` = 1"), 3061)
                self.assertEqual(self.outcome(other, f"UPDATE t SET v = @`{name}` WHERE id = 7"), 3061)
            for name in ("año", "é", "x "):
                self.assertEqual(self.outcome(other, f"SET @`{name}` = 1"), 1235)
                self.assertEqual(self.outcome(other, f"SELECT @`{name}`"), 1235)
            with other.cursor() as cursor:
                with self.assertRaises(pymysql.MySQLError) as caught:
                    cursor.execute(b"SET @x = '\xff\xfe'")
            self.assertEqual(caught.exception.args[0], 1235)
            self.execute(other, "SET NAMES utf8mb3")
            with other.cursor() as cursor:
                with self.assertRaises(pymysql.MySQLError) as caught:
                    cursor.execute("SET @x = '😀'".encode())
            self.assertEqual(caught.exception.args[0], 1235)
            self.execute(other, "SET NAMES utf8mb4")
            self.execute(other, "BEGIN")
            self.execute(other, "UPDATE t SET v = 'kept' WHERE id = 7")
            self.outcome(other, "SET @x = (SELECT v FROM t WHERE id = 7 AND v = @nosuch + nosuch)")
            self.outcome(other, f"UPDATE t SET v = @{'x' * 65} WHERE id = 7")
            self.execute(other, "COMMIT")
            self.assertEqual(self.execute(one, "SELECT v FROM t WHERE id = 7"), [("kept",)])

    def test_locks_what_it_reads(self):
        for database in ("main", "customer"):
            one, other = self.connect(database), self.connect(database)
            for connection in (one, other):
                self.execute(connection, "BEGIN")
            self.assertEqual(self.execute(one, "SELECT g FROM t WHERE id = 8"), [(2,)])
            self.execute(other, "UPDATE t SET g = 77 WHERE id = 8")
            self.execute(other, "COMMIT")
            self.execute(one, "SET @g = (SELECT g FROM t WHERE id = 8)")
            self.assertEqual(self.execute(one, "SELECT @g, g FROM t WHERE id = 8"), [(77, 2)])
            self.execute(other, "SET innodb_lock_wait_timeout = 1")
            self.assertEqual(self.outcome(other, "UPDATE t SET g = 2 WHERE id = 8"), 1205)
            self.execute(one, "COMMIT")
            self.execute(other, "UPDATE t SET g = 2 WHERE id = 8")

    def test_exact_values(self):
        for database in ("main", "customer"):
            clients = self.both(database=database)
            self.run_script(clients, ("DROP TABLE IF EXISTS kinds", "CREATE TABLE kinds (id INT PRIMARY KEY, f FLOAT, d DOUBLE(10,2), b BIT(1), s VARCHAR(10), "
                                      "l VARCHAR(10) CHARACTER SET latin1, w VARCHAR(10) CHARACTER SET utf16)",
                                      "INSERT INTO kinds VALUES (1, 1.2345678, 2.5, b'1', '日本', 'äé', 'ä日'), (2, 16777217, 0.1, b'0', 'x', 'y', 'z')"))
            for expression in ("PI()", "(SELECT f FROM kinds WHERE id = 1)", "(SELECT f FROM kinds WHERE id = 2)", "(SELECT d / 3 FROM kinds WHERE id = 1)",
                               "(SELECT b FROM kinds WHERE id = 1)", "(SELECT AVG(id) FROM kinds WHERE id = 1)", "1 / 3", "COUNT(*)",
                               "(SELECT s FROM kinds WHERE id = 1)", "(SELECT l FROM kinds WHERE id = 1)", "(SELECT w FROM kinds WHERE id = 1)",
                               "CONVERT(x'e697a5' USING utf8mb4)"):
                for names in ("utf8mb4", "latin1", "binary"):
                    self.run_script(clients, (f"SET NAMES {names}", f"SET @x = {expression}", "SET NAMES utf8mb4",
                                              "SELECT @x, @x * 1000000, HEX(@x), COLLATION(@x), IF(@x, 'on', 'off')"))

    def test_long_values(self):
        """Longer than the head of a frame."""
        clients = self.both()
        self.run_script(clients, ("SET @x = REPEAT('0123456789', 30000)", "SELECT LENGTH(@x), MD5(@x)", "SELECT @x", "SET @x = CONCAT(@x, @x, '.')",
                                  "SELECT LENGTH(@x), MD5(@x), id FROM t WHERE id < 3 ORDER BY id"))

    def test_in_statements_of_other_kinds(self):
        for database in ("main", "customer"):
            clients = self.both(database=database)
            self.compare(clients, "SET @t = 't', @n = 1.5, @f = 'g'", what=("error",))
            for sql in (f"SHOW TABLES WHERE Tables_in_{database} = @t", "SHOW COLUMNS FROM t WHERE Field = @f", "SHOW TABLES LIKE 't'",
                        "EXPLAIN SELECT id FROM t WHERE @n > 2", "DO @n", "TABLE t LIMIT 0", "VALUES ROW(@n, @t)"):
                self.compare(clients, sql, what=("error", "rows"))
            # The collation of the connection is not that of the column.
            self.run_script(clients, ("SELECT id FROM t WHERE v REGEXP @t", "SELECT id FROM t WHERE v = @t ORDER BY id"))
        clients = self.both(database="main")
        self.run_script(clients, ("SET @n = 1.5, @s = 'text' COLLATE utf8mb4_bin", "CREATE TABLE made AS SELECT @n AS n, @s AS s, id FROM t WHERE id < 3",
                                  "SELECT * FROM made ORDER BY id", "SHOW CREATE TABLE made", "DROP TABLE made"))

    def test_what_a_shard_would_keep_of_its_own_connection(self):
        connection = self.connect("main")
        self.execute(connection, "SET @@wait_timeout = 1000")
        for expression in ("USER()", "CURRENT_USER", "CONNECTION_ID()", "LAST_INSERT_ID()", "FOUND_ROWS()", "GET_LOCK('a', 0)", "@@wait_timeout"):
            for sql in (f"CREATE TABLE made AS SELECT {expression} AS c", f"CREATE VIEW seen AS SELECT {expression} AS c"):
                with self.subTest(sql):
                    self.assertEqual(self.outcome(connection, sql), 1235)
        self.assertEqual(self.outcome(connection, "CREATE TABLE made (u VARCHAR(300) DEFAULT (USER()))"), 1235)
        self.assertEqual(self.outcome(connection, "EXPLAIN FORMAT=JSON INTO @x SELECT 1"), 1235)
        self.execute(connection, "CREATE DEFINER = CURRENT_USER VIEW seen AS SELECT DATABASE() AS d")
        self.assertEqual(self.execute(connection, "SELECT * FROM seen"), [("main",)])

    def outcome(self, connection, sql):
        try:
            return self.execute(connection, sql)
        except pymysql.MySQLError as error:
            return error.args[0]

    def test_charsets(self):
        for charset in ("latin1", "utf8mb4", "sjis", "gbk"):
            clients = self.both(charset=charset)
            text = {"latin1": "äé", "utf8mb4": "ä日", "sjis": "表日", "gbk": "中文"}[charset]
            for client in clients:
                client.encoding = charset if charset != "utf8mb4" else "utf-8"
            self.run_script(clients, (f"SET @x = '{text}'", "SELECT @x, HEX(@x), CHARSET(@x), COLLATION(@x)", "SET NAMES utf8mb4",
                                      "SELECT HEX(@x), CHARSET(@x), COLLATION(@x)", "SET @y = CONCAT(@x, 'z')", "SELECT HEX(@y), COLLATION(@y)"))


if __name__ == "__main__":
    unittest.main()
