#!/usr/bin/python3
"""PREPARE, EXECUTE and DEALLOCATE as SQL, and the books of a session, beside one MySQL."""

import struct
import unittest

import pymysql

from direct import BASE, CompareTest, DirectTest
from harness import SHARDS, Keyspace
from wire import DEPRECATE_EOF, error_number

FORM = BASE | DEPRECATE_EOF

STATEMENTS = r"""
PREPARE s FROM @undefined_thing
SET @n=NULL, @i=5
PREPARE s FROM @n
PREPARE s FROM @i
PREPARE s FROM 'SELECT ?'
EXECUTE s
EXECUTE s USING @i,@i
EXECUTE S USING @i
EXECUTE `s` USING @undefined_thing
PREPARE s FROM 'SELECT id FROM t WHERE id = ?'
EXECUTE s USING @i
DEALLOCATE PREPARE S
EXECUTE s
DEALLOCATE PREPARE s
DROP PREPARE nosuch
PREPARE s FROM 'SELECT 1'
PREPARE s FROM 'SELECT nope FROM t'
EXECUTE s
PREPARE s FROM 'SELECT 1; SELECT 2'
PREPARE s FROM 'SELECT'
PREPARE s FROM ''
PREPARE s FROM 'PREPARE a FROM ''x'''
PREPARE s FROM 'EXECUTE a'
PREPARE s FROM 'DEALLOCATE PREPARE a'
PREPARE s FROM 'BEGIN'
PREPARE s FROM 'SAVEPOINT a'
PREPARE s FROM 'USE main'
PREPARE s FROM 'SHOW WARNINGS'
PREPARE s FROM 'UNLOCK TABLES'
PREPARE s FROM 'INSERT INTO t (id, v) VALUES (?, ?)'
SET @a=50, @b='fifty', @c=51, @d='it''s a "quoted" \\ \n text'
EXECUTE s USING @a, @b
EXECUTE s USING @c, @d
EXECUTE s USING @a, @b
SELECT ROW_COUNT()
SELECT id, v FROM t WHERE id IN (50, 51) ORDER BY id
PREPARE u FROM 'UPDATE t SET v = ? WHERE id = ?'
EXECUTE u USING @b, @c
SELECT id, v FROM t WHERE id IN (50, 51) ORDER BY id
PREPARE d FROM 'DELETE FROM t WHERE id = ?'
EXECUTE d USING @a
EXECUTE d USING @c
PREPARE l FROM 'SELECT id FROM t WHERE id < ? ORDER BY id LIMIT ?'
SET @most=9, @two=2
EXECUTE l USING @most, @two
SET @text='SELECT id FROM t WHERE id = ? ORDER BY id'
PREPARE v FROM @text
EXECUTE v USING @two
SET @x=X'4142', @y=1.50, @z=1e3, @u=18446744073709551615, @neg=-7, @s='text'
PREPARE t FROM 'SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e, ? AS f'
EXECUTE t USING @x, @y, @z, @u, @neg, @s
SELECT HEX(@x), @y, @z, @u, @neg, @s
PREPARE c FROM 'COMMIT'
EXECUTE c
PREPARE c FROM 'SET @k = ?'
EXECUTE c USING @two
SELECT @k
SET @when=DATE'2020-02-03', @yes=TRUE
SELECT @when, @yes
SELECT id FROM t WHERE id = @two
SET @a=1, @A=2
SELECT @a
SET sql_mode='NO_BACKSLASH_ESCAPES'
SET @d='it''s \ a "text"'
SELECT @d
PREPARE k FROM 'SELECT id FROM t WHERE v = ? COLLATE utf8mb4_bin ORDER BY id'
EXECUTE k USING @d
PREPARE k FROM 'SELECT ? COLLATE latin1_bin, CHARSET(? COLLATE latin1_bin), COLLATION(? COLLATE latin1_german1_ci)'
SET @plain='abc', @three=3
EXECUTE k USING @plain, @plain, @three
EXECUTE k USING @nothing, @y, @three
PREPARE k FROM 'SELECT id FROM t WHERE l = ? COLLATE latin1_bin OR l = ? COLLATE latin1_general_ci ORDER BY id'
SET @v2='V2', @v3='v3'
EXECUTE k USING @v2, @v2
EXECUTE k USING @v3, @v2
PREPARE k FROM 'SELECT ? COLLATE nosuch_bin'
PREPARE q FROM 'SELECT ? AS a'
EXECUTE q USING @d
SET sql_mode=DEFAULT
SET @e=nosuch
SET @e=(SELECT MAX(id) FROM t)
""".strip().split("\n")

# What each leaves for the next to ask.
BOOKS = r"""
SELECT id FROM t WHERE id IN (1, 2, 3)
INSERT INTO t (id, v) VALUES (60, 'a')
INSERT INTO t (id, v) VALUES (60, 'a')
UPDATE t SET v = 'b' WHERE id = 60
DELETE FROM t WHERE id IN (60, 61)
SET @a = 1
SELECT nope FROM t
SELECT 1
DO 1
COMMIT
""".strip().split("\n")


class PrepareTest(DirectTest):
    vtgate_flags = ("--max_prepared_stmt_count=300", )
    keyspaces = (Keyspace("main"), Keyspace("customer", SHARDS))
    schema = ("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(50), l VARCHAR(50) CHARACTER SET latin1 AS (v))",
              "INSERT INTO t (id, v) VALUES " + ", ".join(f"({i}, 'v{i}')" for i in range(1, 10)))

    def both(self, database=b"main"):
        return [wire for wire, _ in self.wires(database, FORM)]

    def values(self, packets):
        """What matters of a reply: the error, the OK packet, or names of columns and rows."""
        if packets[0][0] in (0x00, 0xFF):
            return packets[0]
        columns = packets[0][0]
        return [self.name(packet) for packet in packets[1:1 + columns]] + packets[1 + columns:-1]

    @staticmethod
    def name(definition):
        at = 0
        for _ in range(4):  # catalog, schema, table, original table
            at += 1 + definition[at]
        return definition[at + 1:at + 1 + definition[at]]

    def test_prepare_as_text(self):
        for database in (b"main", b"customer"):
            gateway, direct = self.both(database)
            for sql in STATEMENTS:
                if database == b"customer" and "MAX(id)" in sql:
                    continue  # a subquery over several shards is refused in SET
                with self.subTest(database=database, sql=sql):
                    self.assertEqual(self.values(gateway.query(sql)), self.values(direct.query(sql)))

    def test_an_execute_goes_to_one_shard(self):
        gateway, _ = self.both(b"customer")
        gateway.query("PREPARE s FROM 'SELECT id, v FROM t WHERE id = ?'")
        for i in range(1, 10):
            gateway.query(f"SET @i = {i}")
            reply = gateway.query("EXECUTE s USING @i")
            self.assertEqual(len(reply), 5, reply)
            self.assertIn(f"v{i}".encode(), reply[3])

    def test_statements_end_with_the_session(self):
        for wire in self.both():
            for ends in (b"\x1f", None):
                self.assertEqual(wire.query("PREPARE s FROM 'SELECT 1'")[0][0], 0)
                if ends:
                    wire.command(ends)
                    self.assertEqual(error_number(wire.query("EXECUTE s")[0]), 1243)

    def test_other_than_ascii_under_another_charset(self):
        gateway, _ = self.both()
        gateway.query("SET @e = 'é'")
        gateway.query("PREPARE k FROM 'SELECT ? COLLATE latin1_bin'")
        reply = gateway.query("EXECUTE k USING @e")[0]
        self.assertEqual(error_number(reply), 1235)
        self.assertIn(b"COLLATE", reply)

    def test_there_is_a_most(self):
        server = self.direct.connect()
        self.addCleanup(server.close)
        self.addCleanup(self.execute, server, "SET GLOBAL max_prepared_stmt_count = DEFAULT")
        self.execute(server, "SET GLOBAL max_prepared_stmt_count = 300")
        (gateway, direct), (other_gateway, other_direct) = self.both(), self.both()
        told = []
        for one, two in ((gateway, other_gateway), (direct, other_direct)):
            for i in range(300):
                one.send(b"\x03PREPARE s%d FROM 'SET @a=1'" % i if i % 2 else b"\x16SET @a=1", 0)
                reply = one.read()
                self.assertEqual(reply[0], 0, reply)
            replies = [two.command(b"\x16DO 1"), *one.query("PREPARE more FROM 'DO 1'"),
                       *two.query("SET max_prepared_stmt_count = 5"), *two.query("SELECT @@session.max_prepared_stmt_count"),
                       two.query("SELECT @@max_prepared_stmt_count, @@global.max_prepared_stmt_count")[3],
                       two.query("SHOW VARIABLES LIKE 'max_prepared_stmt_count'")[3]]
            self.assertEqual(error_number(replies[0]), 1461)
            for sql in ("DEALLOCATE PREPARE s1", "PREPARE more FROM 'DO 1'", "PREPARE other FROM 'DO 1'"):
                replies.append(two.query(sql)[0])
                replies.append(one.query(sql)[0])
            one.command(b"\x1f")
            replies.append(two.query("PREPARE other FROM 'DO 1'")[0])
            told.append(replies)
        self.assertEqual(told[0], told[1])

    def test_the_books_are_the_same_by_both_protocols(self):
        def by_text(wire, sql):
            wire.query(sql)

        def by_statement(wire, sql):
            statement, _ = wire.prepare(sql)
            if statement is not None:
                wire.result(wire.command(b"\x17" + struct.pack("<IBI", statement, 0, 1)))
                wire.send(b"\x19" + struct.pack("<I", statement), 0)

        for run in (by_text, by_statement):
            for database in (b"main", b"customer"):
                gateway, direct = self.both(database)
                for sql in BOOKS:
                    for ask in ("SELECT ROW_COUNT()", "SHOW WARNINGS", "SELECT LAST_INSERT_ID()"):
                        with self.subTest(run=run.__name__, database=database, sql=sql, ask=ask):
                            answers = []
                            for wire in (gateway, direct):
                                run(wire, sql)
                                answers.append(self.values(wire.query(ask)))
                            self.assertEqual(*answers)

    def test_announced_columns_are_those_that_come(self):
        gateway = self.both(b"customer")[0]
        gateway.query("SET @a = 'x'")
        for sql in ("SHOW DATABASES", "SHOW DATABASES LIKE 'cust%'", "SHOW KEYSPACES", "SHOW VITESS_SHARDS",
                    "SHOW VITESS_TABLETS", "SHOW VITESS_TABLETS LIKE 'x%'", "SHOW VITESS_TARGET", "SHOW VSCHEMA TABLES",
                    "SHOW VSCHEMA VINDEXES", "SHOW PROCESSLIST", "SHOW GRANTS", "SHOW TABLES", "SHOW VARIABLES LIKE 'x'",
                    "SHOW COLUMNS FROM t", "VEXPLAIN PLAN SELECT * FROM t", "SELECT 1", "SELECT 1, 'a', NULL, 1.5",
                    "SELECT @a", "SELECT @@version_comment, @@autocommit, @@sql_mode",
                    "SELECT DATABASE(), USER(), CONNECTION_ID(), LAST_INSERT_ID(), VERSION()",
                    "SELECT * FROM t", "SELECT COUNT(*), MAX(v) FROM t"):
            with self.subTest(sql=sql):
                statement, reply = gateway.prepare(sql)
                self.assertIsNotNone(statement, reply)
                columns = struct.unpack_from("<H", reply[0], 5)[0]
                rows = gateway.result(gateway.command(b"\x17" + struct.pack("<IBI", statement, 0, 1)))
                self.assertNotEqual(rows[0][0], 0xFF, rows)
                came = rows[1:1 + rows[0][0]]
                if sql.startswith(("SHOW TABLES", "SHOW COLUMNS", "SHOW VARIABLES")):
                    # mysqld itself names the views behind them differently.
                    came, reply[1:] = [[self.name(packet) for packet in packets] for packets in (came, reply[1:])]
                self.assertEqual((columns, reply[1:]), (rows[0][0], came))

    def test_values_mix_with_literals_under_any_collation(self):
        connection = self.connect("customer")  # utf8mb4_general_ci
        with connection.cursor() as cursor:
            cursor.execute("SET @a = 'abc'")
            for sql in ("SELECT @a LIKE 'A%'", "SELECT @a = 'ABC'", "SELECT CONCAT(@a, 'x') = 'abcx'"):
                cursor.execute(sql)
                self.assertEqual([int(value) for value in cursor.fetchone()], [1], sql)
            cursor.execute("SHOW DATABASES LIKE 'cust%'")
            self.assertEqual(cursor.fetchall(), (("customer",),))
            cursor.execute("PREPARE s FROM \"SELECT ? LIKE 'A%'\"")
            cursor.execute("EXECUTE s USING @a")
            self.assertEqual([int(value) for value in cursor.fetchone()], [1])

    def test_prepared_under_another_sql_mode(self):
        """mysqld has read it once; here a shard would read it again, and differently."""
        connection = self.connect("customer")
        with connection.cursor() as cursor:
            cursor.execute("PREPARE s FROM 'SELECT \"a\" || \"b\"'")
            cursor.execute("SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'")
            with self.assertRaisesRegex(pymysql.err.MySQLError, "1235.*another sql_mode"):
                cursor.execute("EXECUTE s")
            cursor.execute("SET sql_mode = 'STRICT_ALL_TABLES'")
            cursor.execute("EXECUTE s")
            self.assertEqual(cursor.fetchall(), ((0,),))

    def test_what_is_preparable(self):
        gateway, direct = self.both()
        for sql in ("COMMIT", "ROLLBACK", "BEGIN", "USE main", "SHOW WARNINGS", "SHOW COUNT(*) ERRORS", "UNLOCK TABLES",
                    "PREPARE a FROM 'x'", "EXECUTE a", "DEALLOCATE PREPARE a", "SET @a=1", "DO 1", "HELP 'x'", "",
                    "SELECT ?", "RELEASE SAVEPOINT a", "CREATE TABLE zz (a INT PRIMARY KEY)"):
            with self.subTest(sql=sql):
                self.assertEqual(*(packets[0] if statement is None else statement is not None
                                   for statement, packets in (gateway.prepare(sql), direct.prepare(sql))))


class TypesTest(CompareTest):
    """A shard's prepared statements outlive their client's, but not what they were made of."""
    keyspaces = (Keyspace("main"), Keyspace("customer", SHARDS))

    def test_columns_that_change_their_type(self):
        for database in ("main", "customer"):
            clients = self.both(database=database)
            self.compare(clients, "CREATE TABLE p (id INT PRIMARY KEY, v INT)", what=("error", ))
            for id_ in range(1, 9):
                self.compare(clients, "INSERT INTO p VALUES (?, ?)", [id_, "5"], what=("error", ))
                self.compare(clients, "SELECT id FROM p WHERE v = ? ORDER BY id", ["5"], what=("rows", ))
            self.compare(clients, "ALTER TABLE p MODIFY v VARCHAR(20)", what=("error", ))
            for again in range(8):
                self.compare(clients, "INSERT INTO p VALUES (?, ?)", [20 + again, "007"], what=("error", ))
                self.compare(clients, "SELECT id FROM p WHERE v = ? ORDER BY id", ["05"], what=("rows", ))
            self.compare(clients, "SELECT id, v FROM p ORDER BY id", what=("rows", ))
            self.compare(clients, "DROP TABLE p", what=("error", ))

    def test_names_mean_what_they_meant(self):
        """USE does not change what has been prepared."""
        clients = self.both(database="main")
        for database in ("main", "customer"):
            for sql in (f"USE {database}", "CREATE TABLE u (id INT PRIMARY KEY, v VARCHAR(20))", f"INSERT INTO u VALUES (1, 'of {database}')"):
                self.compare(clients, sql, what=("error", ))
        self.compare(clients, "PREPARE r FROM 'SELECT v, DATABASE() FROM u WHERE id = ?'", what=("error", ))
        self.compare(clients, "PREPARE w FROM 'INSERT INTO u VALUES (?, DATABASE())'", what=("error", ))
        for database, id_ in (("customer", 10), ("main", 11), ("customer", 12)):
            self.compare(clients, f"USE {database}", what=("error", ))
            self.compare(clients, f"SET @one = 1, @id = {id_}", what=("error", ))
            self.compare(clients, "EXECUTE r USING @one", what=("error", "rows"))
            self.compare(clients, "EXECUTE w USING @id", what=("error", "affected"))
            self.compare(clients, "SELECT DATABASE()", what=("rows", ))
        for database in ("main", "customer"):
            self.compare(clients, f"SELECT id, v FROM {database}.u ORDER BY id", what=("error", "rows"))


if __name__ == "__main__":
    unittest.main()
