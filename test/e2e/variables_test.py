#!/usr/bin/python3
"""Session variables that one MySQL gives a meaning which the shards' connections alone cannot keep."""

import socket
import time
import unittest

import pymysql

from direct import FORMS, DirectTest
from harness import SHARDS, Keyspace, wait_for
from wire import error_number

ROWS = ", ".join(f"({i}, {i % 3}, 'v{i}')" for i in range(1, 13))
ALL = 18446744073709551615


class VariablesTest(DirectTest):
    keyspaces = (Keyspace("main"), Keyspace("customer", SHARDS))
    schema = ("CREATE TABLE t (id INT PRIMARY KEY, g INT, v VARCHAR(20))", f"INSERT INTO t VALUES {ROWS}",
              "CREATE TABLE other (id INT PRIMARY KEY, g INT, v VARCHAR(20))")

    def both(self, database):
        direct = self.direct.connect(database=database)
        self.addCleanup(direct.close)
        return self.connect(database), direct

    def outcome(self, connection, sql):
        try:
            return self.execute(connection, sql)
        except pymysql.MySQLError as error:
            return error.args[0]

    def assert_same(self, gateway, direct, *statements):
        for sql in statements:
            self.assertEqual(self.outcome(gateway, sql), self.outcome(direct, sql), sql)

    def assert_refused(self, connection, name, sql):
        with self.assertRaisesRegex(pymysql.MySQLError, name) as caught:
            self.execute(connection, sql)
        self.assertEqual(caught.exception.args[0], 1235, sql)


class NextTransactionTest(VariablesTest):
    """What SET TRANSACTION chooses is for the next transaction, which a statement without tables is not."""

    def test_statements_without_tables_do_not_use_it_up(self):
        for database in ("main", "customer"):
            for choice in ("SET TRANSACTION READ ONLY", "SET @@transaction_read_only = 1", "SET @@transaction_read_only = ON"):
                for between in ("SELECT 1", "SELECT @@transaction_isolation", "SELECT CONNECTION_ID() > 0", "SET @x = 1 + 1", "DO 1"):
                    gateway, direct = self.both(database)
                    self.assert_same(gateway, direct, choice, between, "UPDATE t SET v = v WHERE id = 1", "SELECT id FROM t WHERE id = 1",
                                     "UPDATE t SET v = v WHERE id = 1", "SELECT @@transaction_read_only")

    def test_values_of_the_level(self):
        gateway, direct = self.both("customer")
        self.assert_same(gateway, direct, *(f"SET @@transaction_isolation = {value}" for value in
                                            ("'read-committed'", "2", "'2'", "4", "'nope'", "''", "'READ COMMITTED'")))

    def test_variables_without_scope(self):
        for database in ("main", "customer"):
            gateway, direct = self.both(database)
            for value in ("'SERIALIZABLE'", "'read-committed'", "1", "'nonsense'", "DEFAULT"):
                self.assert_same(gateway, direct, f"SET @@transaction_isolation = {value}", "SELECT @@transaction_isolation", "SELECT id FROM t WHERE id = 1")
            self.assert_same(gateway, direct, "BEGIN", "SET @@transaction_isolation = 'SERIALIZABLE'", "SET @@transaction_read_only = 1",
                             "SET SESSION transaction_read_only = 1", "COMMIT", "UPDATE t SET v = v WHERE id = 1", "SELECT @@transaction_read_only")


class BooksTest(VariablesTest):
    """What a statement leaves in its session."""

    def test_found_rows_of_statements_that_select_nothing(self):
        for database in ("main", "customer"):
            gateway, direct = self.both(database)
            for sql in ("SHOW WARNINGS", "SHOW ERRORS", "EXPLAIN FORMAT=TRADITIONAL SELECT 1", "SHOW TABLES LIKE 't'", "SELECT 1"):
                for connection in (gateway, direct):
                    self.execute(connection, "SELECT id FROM t WHERE id IN (1, 2, 3)")
                    self.execute(connection, sql)
                self.assert_same(gateway, direct, "SELECT FOUND_ROWS()")

    def test_id_of_an_insert_through_a_view(self):
        gateway, direct = self.both("main")
        self.assert_same(gateway, direct, "CREATE TABLE made (id INT AUTO_INCREMENT PRIMARY KEY, a INT)", "CREATE VIEW seen AS SELECT id, a FROM made",
                         "INSERT INTO made (a) VALUES (1), (2)", "SELECT LAST_INSERT_ID()", "INSERT INTO seen (a) VALUES (3)", "SELECT LAST_INSERT_ID()",
                         "DROP VIEW seen", "DROP TABLE made")

    def test_character_sets_of_the_handshake(self):
        asked = "SELECT @@character_set_client, @@character_set_connection, @@collation_connection, @@character_set_results"
        for collation in (0, 8, 35, 54, 56, 60, 63, 246, 253):  # 35 to 60: ucs2, utf16, utf16le, utf32
            with self.subTest(collation=collation):
                answers = []
                for wire, packet in self.wires(b"main", collation=collation):
                    answers.append(packet if packet[0] == 0xff else wire.query(asked)[-2:-1])
                self.assertEqual(*answers)

    def test_small_commands(self):
        commands = {"COM_INIT_DB": b"\x02", "COM_SET_OPTION on": b"\x1b\0\0", "COM_SET_OPTION off": b"\x1b\1\0", "COM_PING": b"\x0e"}
        for capabilities in FORMS.values():
            for name, command in commands.items():
                with self.subTest(name, capabilities=capabilities):
                    self.assertEqual(*(wire.command(command) for wire, _ in self.wires(b"main", capabilities)))

    def test_reset_forgets_the_character_set_of_the_handshake(self):
        for database in (b"main", b"customer"):
            answers = []
            for wire, _ in self.wires(database, collation=8):
                wire.query("SET NAMES latin1")
                self.assertEqual(wire.command(b"\x1f")[0], 0)
                answers.append(wire.query("SELECT @@character_set_client, @@collation_connection, @@character_set_results"))
            self.assertEqual(*answers)


class SelectLimitTest(VariablesTest):
    queries = ("SELECT id FROM t ORDER BY id", "SELECT id FROM t ORDER BY v DESC, id", "TABLE t ORDER BY id",
               "SELECT g, COUNT(*), SUM(id) FROM t GROUP BY g ORDER BY g", "SELECT COUNT(*) FROM t", "SELECT AVG(id) FROM t",
               "SELECT DISTINCT g FROM t ORDER BY g", "SELECT id FROM t ORDER BY id LIMIT 5",
               "SELECT id FROM t ORDER BY id LIMIT 2, 3", "(SELECT id FROM t ORDER BY id)",
               "SELECT id FROM t WHERE id = 3",
               "SELECT id FROM t WHERE id IN (1, 2, 3, 4, 5, 6) ORDER BY id", "SELECT 1",
               "SELECT 1 FROM t WHERE id = (SELECT 5)", "SELECT @@sql_select_limit, @@session.sql_select_limit",
               "SHOW VARIABLES LIKE 'sql_select_limit'", "SHOW TABLES", "SHOW COLUMNS FROM t",
               "SELECT VARIABLE_VALUE FROM performance_schema.session_variables WHERE "
               "VARIABLE_NAME = 'sql_select_limit'")

    def test_select(self):
        for database in ("main", "customer"):
            for value in ("0", "1", "2", "5", "1000", str(ALL), "DEFAULT", "-1", "'2'", "2.5", "NULL", "@@sql_select_limit",
                          "1 + 1"):
                gateway, direct = self.both(database)
                with self.subTest(database=database, value=value):
                    self.assert_same(gateway, direct, f"SET sql_select_limit = {value}", *self.queries)

    def test_it_ends_with_the_statements_after_the_next_set(self):
        gateway, direct = self.both("customer")
        self.assert_same(gateway, direct, "SET sql_select_limit = 2", self.queries[0], "SET sql_mode = ''", self.queries[0],
                         "SET sql_select_limit = DEFAULT", *self.queries, "SET sql_select_limit = 0",
                         "SET sql_mode = 'ANSI_QUOTES'", "SET @a = 5", "SET sql_select_limit = 3", "SELECT @a, @@sql_mode",
                         *self.queries, "USE main", *self.queries, "USE customer", f"SET sql_select_limit = {ALL}",
                         *self.queries)

    def test_not_in_writes_and_subqueries(self):
        gateway, direct = self.both("customer")
        self.assert_same(gateway, direct, "SET sql_select_limit = 2", "INSERT INTO other (id, g, v) SELECT id, g, v FROM t",
                         "SELECT COUNT(*) FROM other", "SELECT id FROM t WHERE id IN (SELECT id FROM t) AND id = 7",
                         "UPDATE other SET g = 5", "SELECT COUNT(*) FROM other WHERE g = 5", "DELETE FROM other",
                         "SELECT COUNT(*) FROM other")

    def test_in_a_transaction(self):
        gateway, direct = self.both("customer")
        self.assert_same(gateway, direct, "BEGIN", "UPDATE t SET v = CONCAT('x', id)", "SET sql_select_limit = 2",
                         *self.queries, "SET sql_select_limit = 0", *self.queries, "UPDATE t SET g = g + 1",
                         "SET sql_select_limit = 100", *self.queries, "ROLLBACK", *self.queries)

    def test_found_rows(self):
        for database in ("main", "customer"):
            gateway, direct = self.both(database)
            self.assert_same(gateway, direct, "SET sql_select_limit = 2", "SELECT id FROM t ORDER BY id",
                             "SELECT FOUND_ROWS()")
            where = "WHERE id = 3" if database == "customer" else "ORDER BY id"
            self.assert_same(gateway, direct, f"SELECT SQL_CALC_FOUND_ROWS id FROM t {where}", "SELECT FOUND_ROWS()",
                             "SET sql_select_limit = 0", f"SELECT SQL_CALC_FOUND_ROWS id FROM t {where}",
                             "SET sql_select_limit = 1", "SELECT FOUND_ROWS()")

    def test_prepared(self):
        for database in (b"main", b"customer"):
            replies = []
            for wire, _ in self.wires(database):
                statement, _ = wire.prepare("SELECT id, v FROM t WHERE id > 2 ORDER BY id")
                seen = []
                for value in ("2", "0", "DEFAULT", "3"):
                    wire.query(f"SET sql_select_limit = {value}")
                    execute = b"\x17" + statement.to_bytes(4, "little") + b"\0\1\0\0\0"
                    seen.append([packet for packet in wire.result(wire.command(execute)) if packet[0] == 0])
                replies.append(seen)
            self.assertEqual(replies[0], replies[1])
            self.assertEqual([len(rows) for rows in replies[0]], [2, 0, 10, 3])

    def test_reset(self):
        (gateway, _), (direct, _) = self.wires(b"customer")
        for wire in (gateway, direct):
            wire.query("SET sql_select_limit = 2")
            wire.command(b"\x1f")
        self.assertEqual(len(gateway.query("SELECT id FROM t")), len(direct.query("SELECT id FROM t")))


class OnlyDefaultTest(VariablesTest):

    def test_refused(self):
        for database in ("main", "customer"):
            gateway = self.connect(database)
            for name, value in (("insert_id", 5000), ("sql_auto_is_null", 1), ("sql_auto_is_null", "ON"),
                                ("auto_increment_increment", 10), ("auto_increment_offset", 3), ("rand_seed1", 1),
                                ("rand_seed2", 2), ("insert_id", "2500 * 2"), ("completion_type", 1),
                                ("completion_type", "'RELEASE'")):
                self.assert_refused(gateway, name, f"SET {name} = {value}")
            self.assert_refused(gateway, "insert_id", "SET @a = 7, insert_id = 5")
            self.assertEqual(self.execute(gateway, "SELECT @a, @@sql_auto_is_null, @@auto_increment_increment"),
                             [(None, 0, 1)])

    def test_defaults(self):
        for database in ("main", "customer"):
            self.assert_same(*self.both(database), "SET SQL_AUTO_IS_NULL = 0", "SET sql_auto_is_null = OFF",
                             "SET @@session.auto_increment_increment = 1", "SET auto_increment_offset = 1",
                             "SET @old = @@auto_increment_offset", "SET auto_increment_offset = @old",
                             "SET auto_increment_increment = DEFAULT", "SET sql_auto_is_null = 'maybe'",
                             "SET completion_type = NO_CHAIN", "SET completion_type = 0",
                             "SELECT @@sql_auto_is_null, @@auto_increment_increment, @@auto_increment_offset",
                             "SELECT id FROM t WHERE id IS NULL")

    def test_timestamp(self):
        for database in ("main", "customer"):
            gateway, direct = self.both(database)
            self.assert_same(gateway, direct, "SET time_zone = '+00:00'")
            for value in ("1000000000", "1000000000.25", "1234567890.1234567", "'x'", "NULL"):
                self.assert_same(gateway, direct, f"SET timestamp = {value}", "SELECT NOW(6), @@timestamp",
                                 "SELECT id, NOW(6), UNIX_TIMESTAMP(), CURDATE() FROM t ORDER BY id",
                                 "INSERT INTO other VALUES (1, 1, NOW()), (2, 2, NOW()), (3, 3, NOW()), (4, 4, NOW())",
                                 "SELECT * FROM other ORDER BY id", "DELETE FROM other")
            for value in ("DEFAULT", "0"):
                self.execute(gateway, f"SET timestamp = {value}")
                self.assertEqual(self.execute(gateway, "SELECT COUNT(*) FROM t WHERE NOW() > '2020-01-01'"), [(12,)])


class OwnValuesTest(VariablesTest):
    vtgate_flags = ("--max_allowed_packet=33554432", "--interactive_timeout=2", "--wait_timeout=20000")

    def test_max_allowed_packet(self):
        for database in ("main", "customer"):
            gateway, direct = self.both(database)
            for _ in range(2):
                for sql in ("SELECT @@max_allowed_packet", "SELECT @@session.max_allowed_packet"):
                    self.assertEqual(self.execute(gateway, sql), [(33554432,)])
                for sql in ("SHOW VARIABLES LIKE 'max\\_allowed%'", "SHOW GLOBAL VARIABLES LIKE 'max_allowed_packet'",
                            "SHOW SESSION VARIABLES WHERE Variable_name = 'max_allowed_packet'",
                            "SHOW VARIABLES WHERE Value = '33554432'"):
                    self.assertIn(("max_allowed_packet", "33554432"), self.execute(gateway, sql), sql)
                self.assert_same(gateway, direct, "SET max_allowed_packet = 1024", "SET max_allowed_packet = DEFAULT")
        (wire, _), _ = self.wires(b"customer")
        wire.command(b"\x1f")
        self.assertIn(b"\x0833554432", wire.query("SELECT @@max_allowed_packet"))

    def test_show_of_the_session(self):
        for database in ("main", "customer"):
            gateway, direct = self.both(database)
            self.assert_same(gateway, direct, "SET wait_timeout = 77, autocommit = 0", "SHOW VARIABLES LIKE 'wait_timeout'",
                             "SHOW VARIABLES LIKE 'autocommit'", "SHOW VARIABLES LIKE 'nothing'",
                             "SHOW VARIABLES WHERE Variable_name IN ('autocommit', 'sql_mode') AND Value <> ''",
                             "SET sql_select_limit = 1", "SHOW VARIABLES LIKE 'char%client'",
                             "SHOW VARIABLES LIKE 'character_set_%'", "SHOW VARIABLES WHERE nothing = 1")

    def test_tls(self):
        for database in ("main", "customer"):
            plain = self.connect(database)
            tls = self.connect(database, ssl={"check_hostname": False})
            shown = "SHOW{} STATUS LIKE 'Ssl_{}'"
            for scope in ("", " SESSION", " LOCAL"):
                for name, value in (("cipher", tls._sock.cipher()[0]), ("version", tls._sock.version())):
                    sql = shown.format(scope, name)
                    self.assertEqual(self.execute(tls, sql), [(f"Ssl_{name}", value)])
                    self.assertEqual(self.execute(plain, sql), [(f"Ssl_{name}", "")])
            self.assertIn(("Ssl_version", tls._sock.version()), self.execute(tls, "SHOW STATUS"))
            self.assertEqual(self.execute(tls, "SHOW GLOBAL STATUS LIKE 'Ssl_cipher'"), [("Ssl_cipher", "")])

    def test_global_values(self):
        own = {"max_allowed_packet": 33554432, "interactive_timeout": 2, "wait_timeout": 20000, "net_write_timeout": 60,
               "version_comment": "Keyspan", "autocommit": 1}
        for database in ("main", "customer"):
            gateway, direct = self.both(database)
            self.execute(gateway, "SET wait_timeout = 77, autocommit = 0, net_write_timeout = 5")
            for name, value in own.items():
                self.assertEqual(self.execute(gateway, f"SELECT @@global.{name}"), [(value, )])
                shown = "ON" if name == "autocommit" else str(value)
                self.assertEqual(self.execute(gateway, f"SHOW GLOBAL VARIABLES LIKE '{name}'"), [(name, shown)])
            version = self.execute(gateway, "SELECT @@version, @@global.version, VERSION()")[0]
            self.assertEqual(len(set(version)), 1, version)
            self.assertEqual(self.execute(gateway, "SHOW VARIABLES LIKE 'version'"), [("version", version[0])])
            ours = self.execute(gateway, "SELECT CONNECTION_ID()")[0][0]
            self.assertEqual(self.execute(gateway, "SHOW VARIABLES LIKE 'pseudo_thread_id'"), [("pseudo_thread_id", str(ours))])
            self.assert_same(gateway, direct, "SELECT @@global.last_insert_id", "SELECT @@session.version", "SELECT @@global.nothing",
                             "SELECT @@global.error_count, 1", "SELECT @@global.sql_select_limit", "SELECT @@global.autocommit",
                             "SELECT @@global.session_track_system_variables", "SHOW GLOBAL VARIABLES LIKE 'last_insert_id'")


class SetWarningsTest(VariablesTest):

    statements = (
        "SET max_join_size = 0", "SET NAMES utf8mb3", "SET NAMES utf8", "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
        "SET CHARACTER SET utf8mb3", "SET character_set_client = utf8mb3", "SET NAMES DEFAULT",
        "SET character_set_results = utf8mb3, character_set_connection = utf8mb3", "SET collation_connection = utf8mb3_bin",
        "SET NAMES utf8mb4", "SET sql_mode = 'NO_ZERO_DATE', max_join_size = 0", "SET sql_mode = DEFAULT",
        "SET max_join_size = DEFAULT", "SET div_precision_increment = 100", "SET autocommit = 1, max_join_size = 0",
        "SET @a = CAST('a' AS SIGNED)", "SET @a = 5", "SET profiling = 1", "SET wait_timeout = 0, max_join_size = 0",
        "SET max_join_size = DEFAULT, wait_timeout = DEFAULT", "SET session_track_system_variables = 'nope,x'", "SET NAMES nosuch",
        "SET div_precision_increment = 'x'")

    def told(self, wire, sql):
        """The error or the number of warnings in the reply to a SET, and what SHOW WARNINGS then has."""
        reply = wire.query(sql)[0]
        return (reply if reply[0] == 0xFF else reply[5:7], wire.query("SHOW WARNINGS")[4:-1],
                wire.query("SELECT @@warning_count, @@error_count")[3])

    def test_warnings(self):
        for database in (b"main", b"customer"):
            (gateway, _), (direct, _) = self.wires(database)
            for sql in self.statements * 2:
                with self.subTest(database=database, sql=sql):
                    self.assertEqual(self.told(gateway, sql), self.told(direct, sql))


class SilenceTest(VariablesTest):
    """What becomes of a client that neither sends nor reads."""

    vtgate_flags = ("--interactive_timeout=2", )

    def assert_ends_alike(self, prepare, *sent):
        ends = []
        for wire, _ in self.wires(b"customer"):
            wire.query(prepare)
            for data in sent:
                wire.send_raw(data)
            packet = wire.reply_or_close()
            ends.append((packet, wire.sequence, wire.reply_or_close()))
        self.assertEqual(ends[0], ends[1])
        return error_number(ends[0][0])

    def test_idle(self):
        self.assertEqual(self.assert_ends_alike("SET wait_timeout = 1"), 4031)

    def test_within_a_packet(self):
        self.assertEqual(self.assert_ends_alike("SET wait_timeout = 1", b"\x09\0"), 4031)
        self.assertEqual(self.assert_ends_alike("SET wait_timeout = 1", b"\x09\0\0\0\x03SEL"), 1159)

    def test_tls(self):
        client = self.connect("customer", ssl={"check_hostname": False})
        self.execute(client, "SET wait_timeout = 1")
        time.sleep(2)
        with self.assertRaises(pymysql.MySQLError) as caught:
            self.execute(client, "SELECT 1")
        self.assertIn(caught.exception.args[0], (4031, 2006, 2013))

    def test_transaction_is_rolled_back(self):
        client = self.connect("customer")
        self.execute(client, "SET wait_timeout = 1")
        self.execute(client, "BEGIN")
        self.execute(client, "UPDATE t SET v = 'lost' WHERE id IN (1, 2, 3, 4, 5)")
        other = self.connect("customer")
        self.execute(other, "SET innodb_lock_wait_timeout = 10")
        self.execute(other, "UPDATE t SET g = g WHERE id IN (1, 2, 3, 4, 5)")
        self.assertEqual(self.execute(other, "SELECT COUNT(*) FROM t WHERE v = 'lost'"), [(0, )])

    def test_busy_and_slow_clients_stay(self):
        (wire, _), _ = self.wires(b"customer")
        wire.query("SET wait_timeout = 1")
        self.assertIn(b"\x010", wire.query("SELECT SLEEP(2.5)"))
        for byte in b"\x0a\0\0\0\x03SELECT 13":
            time.sleep(0.2)
            wire.send_raw(bytes([byte]))
        self.assertIn(b"\x0213", wire.result(wire.read()))

    def test_interactive(self):
        interactive = FORMS["new form"] | 1 << 10
        (wire, _), _ = self.wires(b"customer", capabilities=interactive)
        self.assertIn(b"\x012", wire.query("SELECT @@wait_timeout"))
        wire.command(b"\x1f")
        self.assertIn(b"\x012", wire.query("SELECT @@wait_timeout"))
        self.assertEqual(error_number(wire.reply_or_close()), 4031)

    def test_values(self):
        for database in ("main", "customer"):
            for name in ("wait_timeout", "interactive_timeout", "net_read_timeout", "net_write_timeout"):
                gateway, direct = self.both(database)
                for value in ("0", "1.5", "'a'", "99999999999", "-1", "NULL", "100 + 1"):
                    self.assert_same(gateway, direct, f"SET {name} = {value}", f"SELECT @@{name}", "SHOW WARNINGS",
                                     "SET wait_timeout = 100")

    BIG = ("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) "
           "SELECT REPEAT('x', 1000000) FROM n")

    def running(self):
        return self.on_shard("main", "0", "SELECT id FROM information_schema.processlist WHERE info LIKE 'WITH RECURSIVE n%'")

    def test_who_does_not_read_holds_nothing(self):
        (wire, _), _ = self.wires(b"main")
        wire.query("SET net_write_timeout = 1")
        wire.send(b"\x03" + self.BIG.encode(), 0)
        wait_for(self.running, 5, "the statement runs")
        wait_for(lambda: not self.running(), 8, "the shard's connection is free again")

    def test_who_reads_slowly_stays(self):
        (wire, _), _ = self.wires(b"main")
        wire.query("SET net_write_timeout = 1")
        wire.send(b"\x03" + self.BIG.encode(), 0)
        received = 0
        while received < 60 * 1000000:
            time.sleep(0.1)
            part = wire.socket.recv(2000000, socket.MSG_WAITALL)
            self.assertTrue(part, f"closed after {received} bytes")
            received += len(part)


if __name__ == "__main__":
    unittest.main()
