#!/usr/bin/python3
"""What comes with the rows of statements over several shards - texts, warnings, metadata, parameters - as of one MySQL."""

import unittest

from pymysql.constants import CLIENT

from direct import CompareTest
from harness import SHARDS, Keyspace

INFINITY, NAN = float("inf"), float("nan")
ROWS = range(1, 31)


def values(form):
    return ", ".join(form.format(i) for i in ROWS)


class MultiShardTest(CompareTest):
    keyspaces = (Keyspace("main"), Keyspace("customer", SHARDS))
    schema = ("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20), l VARCHAR(20) CHARACTER SET latin1, x DOUBLE, b BIT(8), "
              "d DECIMAL(5,2), e ENUM('one','two'), UNIQUE KEY (id, v))",)

    def setUp(self):
        self.on_both("customer", "DELETE FROM t", "INSERT INTO t VALUES " + values("({0}, 'v{0}', 'l{0}', {0}.5, {0}, {0}.25, 'two')"))
        for shard in SHARDS:
            self.assertTrue(self.on_shard("customer", shard, "SELECT id FROM t LIMIT 1"), "nothing is tried here")

    def test_the_text_of_a_write(self):
        what = ("error", "affected", "info", "warning_count")
        inserted = values("({0}, 'v{0}', '', 0, 0, 0, 'one')")
        more = inserted.replace("(", "(10")
        for flags in (0, CLIENT.FOUND_ROWS):
            self.setUp()
            clients = self.both(client_flag=flags)
            for sql in ("UPDATE t SET v = 'n' WHERE id < 20", "UPDATE t SET v = 'n' WHERE id < 25", "UPDATE t SET v = 'n' WHERE id > 99",
                        "UPDATE IGNORE t SET v = 'far too long for twenty characters' WHERE id < 9",
                        "UPDATE t one, t other SET one.v = 'k' WHERE one.id = other.id", "DELETE FROM t WHERE id > 28",
                        f"INSERT INTO t VALUES {more}", f"INSERT IGNORE INTO t VALUES {more}", f"REPLACE INTO t VALUES {inserted}",
                        f"REPLACE INTO t VALUES {inserted}",
                        "INSERT IGNORE INTO t (id, v) VALUES (200, 'far too long for twenty characters'), (201, 'v'), (202, 'v'), (203, 'v')",
                        "INSERT INTO t (id) VALUES (300), (301)", "INSERT INTO t (id) VALUES ROW(302), ROW(303), ROW(304)",
                        "INSERT INTO t SET id = 305", "REPLACE INTO t (id) VALUES (300), (301), (310), (311)",
                        f"INSERT IGNORE INTO t VALUES {inserted} ON DUPLICATE KEY UPDATE v = 'w'",
                        f"INSERT INTO t VALUES {inserted} ON DUPLICATE KEY UPDATE v = 'w'",
                        f"INSERT INTO t VALUES {inserted} ON DUPLICATE KEY UPDATE v = 'u'"):
                self.compare(clients, sql, what=what)

    def test_the_text_of_insert_select_and_ddl(self):
        what = ("error", "affected", "info", "warning_count")
        clients = self.both()
        for sql in ("CREATE TABLE copy (id INT PRIMARY KEY, v VARCHAR(20))", "INSERT INTO copy SELECT id, v FROM t",
                    "INSERT IGNORE INTO copy SELECT id, v FROM t", "REPLACE INTO copy SELECT id, v FROM t",
                    "ALTER TABLE copy ADD COLUMN w INT", "ALTER TABLE copy ADD COLUMN u INT, ALGORITHM=COPY",
                    "CREATE INDEX i ON copy (v)", "DROP INDEX i ON copy", "ALTER TABLE copy ADD COLUMN z INT(5), ALGORITHM=COPY",
                    "DROP TABLE copy"):
            self.compare(clients, sql, what=what)

    def test_sharding_by_text(self):
        clients = self.both()
        long_name = "long_" * 12 + "1234"
        words = ("op", "ab", "x'y", "e\u0301", "", "zebra", "q", "w")
        for sql in ("CREATE TABLE words (k VARCHAR(20) COLLATE utf8mb4_bin PRIMARY KEY, v INT)",
                    *("INSERT INTO words VALUES ('{}' '{}', 1)".format(*(part.replace("'", "''") for part in (word[:1], word[1:])))
                      for word in words),
                    *("SELECT v FROM words WHERE k = '{}'".format(word.replace("'", "''")) for word in words),
                    *("UPDATE words SET v = v + 1 WHERE k = '{}'\n '{}'".format(*(part.replace("'", "''") for part in (word[:1], word[1:])))
                      for word in words),
                    "DELETE FROM words WHERE k IN ('o' \"p\", 'zeb' 'ra')", "SELECT * FROM words ORDER BY k",
                    "SET @names = @@character_set_client", "SET character_set_client = @names",
                    "INSERT INTO words VALUES ('\u00e9', 3)", "SELECT v FROM words WHERE k = '\u00e9'",
                    f"CREATE TABLE {long_name} (id INT AUTO_INCREMENT PRIMARY KEY)", f"INSERT INTO {long_name} VALUES (NULL), (NULL)",
                    f"SELECT * FROM {long_name} ORDER BY id", f"DROP TABLE {long_name}"):
            self.compare(clients, sql, what=("error", "affected", "rows"))
        refusal = clients[0].run("ALTER TABLE words CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci").error
        self.assertEqual(refusal[0], 1235, refusal)

    def test_user_variables_in_arithmetic(self):
        clients = self.both()
        for sql in ("SET @d = 1.5, @n = 7, @x = 2e0, @t = '1.25', @b = x'41', @none = NULL", "SELECT @d / 3, id + @d FROM t ORDER BY id",
                    "SELECT @n / 3, @x / 3, @t * 2, @b + 0, @none - 1, @d, CONCAT(@d, '') FROM t WHERE id = 1",
                    "SELECT @d * d, d - @d, @d % 2, MAX(@d + x) FROM t WHERE id < 9 GROUP BY d ORDER BY d",
                    "SELECT -@d, ABS(@d), COALESCE(@d, 1), IFNULL(@n, 2), ROUND(@d, 1), LEAST(@d, id) FROM t WHERE id = 2",
                    "SELECT AVG(@d), SUM(@d), MAX(@d), AVG(@n) FROM t", "UPDATE t SET d = @d * 2 + @b WHERE id < 9", "SELECT id, d FROM t ORDER BY id"):
            self.compare(clients, sql, what=("error", "affected", "rows"))

    def test_limits_as_text(self):
        clients = self.both()
        for limit in ("2", "2abc", "abc", "", " 3", "2.7", "-1", "18446744073709551616", None, "1e1"):
            self.compare(clients, "SELECT id FROM t ORDER BY id LIMIT ?", [limit], what=("error", "rows"))
            self.compare(clients, "SELECT id FROM t ORDER BY id DESC LIMIT 1, ?", [limit], what=("error", "rows"))
            self.compare(clients, "SELECT e, COUNT(*) FROM t GROUP BY e LIMIT ?", [limit], what=("error", "rows"))

    def test_every_row_alone_on_its_shard(self):
        """One row has no text of mysqld's own."""
        by_shard = {shard: [row[0] for row in self.on_shard("customer", shard, "SELECT id FROM t ORDER BY id")] for shard in SHARDS}
        a, b = (ids[0] for ids in by_shard.values())
        what = ("error", "affected", "info", "warning_count")
        for flags in (0, CLIENT.FOUND_ROWS):
            self.setUp()
            clients = self.both(client_flag=flags)
            pair = f"(id, v) VALUES ({a}, 'v{a}'), ({b}, 'v{b}')"
            for sql in (f"INSERT IGNORE INTO t {pair}", f"REPLACE INTO t {pair}", f"INSERT INTO t {pair}",
                        f"INSERT INTO t {pair} ON DUPLICATE KEY UPDATE v = 'other'",
                        f"DELETE FROM t WHERE id IN ({a}, {b})", f"INSERT INTO t {pair}",
                        f"DELETE FROM t WHERE id IN ({a}, {b})", f"INSERT IGNORE INTO t {pair}", f"DELETE FROM t WHERE id = {a}",
                        f"INSERT IGNORE INTO t {pair}"):
                self.compare(clients, sql, what=what)
            same = f"INSERT INTO t {pair} ON DUPLICATE KEY UPDATE v = v"
            if flags:
                # affected_rows is 1 whether a row was new or found: no text rather than a wrong one.
                self.assertEqual(clients[0].run(same).info, "")
            else:
                self.compare(clients, same, what=what)

    def test_warnings_of_a_select(self):
        clients = self.both()
        for sql in ("SELECT v + 0 FROM t", "SELECT v + 0 FROM t ORDER BY id", "SELECT SUM(v) FROM t", "SELECT COUNT(*) FROM t WHERE v = 0",
                    "SELECT id / 0 FROM t WHERE id < 5", "SELECT one.v + 0 FROM t one, t other WHERE one.id = other.id",
                    "SELECT CAST('abc' AS SIGNED) FROM t WHERE id < 4", "SELECT BINARY 'a' FROM t", "SELECT _utf8'a' FROM t",
                    "SELECT id FROM t"):
            for parameters in (None, []):
                self.compare(clients, sql, parameters, ("error", "warning_count", "warnings"))
                for ask in ("SHOW COUNT(*) WARNINGS", "SELECT @@warning_count, @@error_count", "SHOW COUNT(*) ERRORS"):
                    for client in clients:
                        client.text(sql)
                    self.compare(clients, ask, what=("rows",))
        for client in clients:
            client.text("SELECT nope FROM t")
        self.compare(clients, "SELECT @@warning_count, @@error_count", what=("rows",))

    def test_more_warnings_than_are_kept(self):
        clients = self.both()
        sql = "SELECT one.v + 0, other.v + 0, one.l + 0, other.l + 0, one.v + 1, other.v + 1 FROM t one, t other WHERE one.id = other.id"
        self.compare(clients, sql, what=("warning_count",))
        self.assertEqual(clients[1].text(sql).warning_count, 6 * len(ROWS))
        self.compare(clients, "SHOW COUNT(*) WARNINGS", what=("rows",))
        clients[0].text(sql)
        self.assertEqual(len(clients[0].rows("SHOW WARNINGS")), 64)

    def test_double_parameters_without_a_literal(self):
        clients = self.both()
        for number in (INFINITY, -INFINITY, NAN, 1e308, -0.0):
            for sql in ("SELECT id FROM t WHERE x < ? ORDER BY id", "SELECT COUNT(*) FROM t WHERE x > ?", "UPDATE t SET x = ?",
                        "UPDATE t SET v = 'w' WHERE x > ?", "DELETE FROM t WHERE x = ?",
                        "INSERT INTO t (id, x) VALUES (41, ?), (42, 1), (43, 1), (44, 1), (45, 1)",
                        "SELECT ? AS a, id FROM t ORDER BY CONCAT(v, a), id", "SELECT v, COUNT(*) FROM t WHERE x < ? GROUP BY v ORDER BY v",
                        "SELECT DISTINCT v FROM t WHERE x > ? ORDER BY v"):
                self.compare(clients, sql, [number], ("error", "affected", "info", "rows"))
            self.setUp()

    def test_parameters_under_collate(self):
        what = ("error", "affected", "rows")
        for names in ("utf8mb4", "latin1", "utf8mb4 COLLATE utf8mb4_bin"):
            clients = self.both()
            for client in clients:
                client.text(f"SET NAMES {names}")
            for sql, parameters in (
                    ("SELECT CONCAT(v, ?) AS c FROM t WHERE l = ? COLLATE latin1_bin ORDER BY c", ["x", "l3"]),
                    ("SELECT CONCAT(v, ?) AS c FROM t WHERE v = ? COLLATE utf8mb4_bin ORDER BY c", ["x", "v3"]),
                    ("SELECT CONCAT(v, ?) AS c, COUNT(*) FROM t WHERE l > ? COLLATE latin1_bin GROUP BY c ORDER BY c", ["x", "l3"]),
                    ("SELECT CHARSET(?), COLLATION(?), HEX(?), COUNT(*) FROM t", ["a", "b", "c"]),
                    ("SELECT CHARSET(?), COLLATION(?), HEX(?) FROM t WHERE id = 3", ["a", "b", "\xe9"]),
                    ("UPDATE t SET v = ? WHERE l = ? COLLATE latin1_swedish_ci", ["q", "l4"]),
                    ("UPDATE t SET v = ? WHERE v = ? COLLATE utf8mb4_bin", ["q", "v5"]),
                    ("DELETE FROM t WHERE l > ? COLLATE latin1_bin AND v < ? COLLATE utf8mb4_bin", ["l28", "w"]),
                    ("INSERT INTO t (id, l) VALUES (61, ? COLLATE latin1_bin), (62, ?), (63, ?), (64, ?), (65, ?)", ["a", "b", "c", "d", "e"]),
                    ("SELECT id, v, l FROM t ORDER BY id", [])):
                self.compare(clients, sql, parameters, what)
            self.setUp()

    def test_bits_under_a_decimal(self):
        clients = self.both()
        for client in clients:
            client.text("UPDATE t SET b = 49 WHERE id = 4")  # the byte is the digit 1
        for sql in ("SELECT CASE WHEN id < 9 THEN b ELSE d END FROM t ORDER BY 1", "SELECT IF(id < 9, b, d) AS x FROM t ORDER BY x DESC",
                    "SELECT IF(id < 9, b, id) AS x FROM t ORDER BY x", "SELECT COALESCE(IF(id < 9, b, NULL), d) AS x FROM t ORDER BY x",
                    "SELECT IF(id < 9, b, d + 1) AS x, COUNT(*) FROM t GROUP BY x ORDER BY x", "SELECT MAX(IF(id < 9, b, d)) FROM t",
                    "SELECT DISTINCT IF(id < 9, b, d) AS x FROM t ORDER BY x", "SELECT IF(id < 9, b, 'a') AS x FROM t ORDER BY x, id",
                    "SELECT IF(id < 9, b, 1) AS x FROM t ORDER BY x, id", "SELECT IF(id < 9, b, 1e0) AS x FROM t ORDER BY x, id",
                    "SELECT IFNULL(b, b) AS x FROM t ORDER BY x, id", "SELECT id FROM t ORDER BY IF(id < 9, b, d), id"):
            self.compare(clients, sql, what=("error", "rows"))
        for sql in ("SELECT IF(id < 9, b, ABS(d)) AS x FROM t ORDER BY x", "SELECT IF(id < 9, b, NOW()) AS x FROM t ORDER BY x"):
            with self.subTest(sql=sql):
                self.assertEqual(clients[0].run(sql).error[0], 1235)

    def test_metadata_names_the_collation_of_the_session(self):
        def charsets(client, sql, parameters):
            outcome = client.run(sql, parameters)
            return outcome.error or [(field.name, field.charset) for field in outcome.fields]
        for charset in ("utf8mb4", "latin1"):
            for names in (None, "utf8mb4 COLLATE utf8mb4_bin", "utf8mb4 COLLATE utf8mb4_unicode_ci", "latin1", "latin1 COLLATE latin1_bin",
                          "utf8mb4", "DEFAULT"):
                clients = self.both(charset=charset)
                if names:
                    self.compare(clients, f"SET NAMES {names}", what=("error", "warning_count"))
                for sql in ("SELECT v, l, id, 'a', CONCAT(v, 'x') FROM t", "SELECT v, l FROM t WHERE id = 1", "SELECT MAX(v), COUNT(*) FROM t",
                            "SELECT DISTINCT l FROM t ORDER BY l", "SELECT 'a'"):
                    for parameters in (None, []):
                        with self.subTest(charset=charset, names=names, sql=sql, parameters=parameters):
                            seen = [charsets(client, sql, parameters) for client in clients]
                            self.assertEqual(*seen)
                self.compare(clients, "SELECT @@character_set_client, @@character_set_results, @@character_set_connection, "
                             "@@collation_connection", what=("rows",))


if __name__ == "__main__":
    unittest.main()
