#!/usr/bin/python3
"""Server-side cursors: COM_STMT_EXECUTE with a cursor and COM_STMT_FETCH, byte for byte as mysqld."""

import struct
import unittest

from direct import BASE, FORMS, DirectTest
from harness import SHARDS, Keyspace
from hostile_test import memory
from wire import error_number

FORMS = {**FORMS, "without session tracking": BASE}
MIB = 1 << 20


class CursorTest(DirectTest):
    keyspaces = (Keyspace("main"), Keyspace("customer", SHARDS))
    schema = ("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20))",
              "INSERT INTO t VALUES (1,'a'),(2,'b'),(3,NULL),(4,'d'),(5,'e')")

    def converse(self, wire, steps):
        """Sends commands with {0} for the id of the statement; what came back."""
        statement, packets = wire.prepare(steps[0])
        seen = [len(packets)]
        for step in steps[1:]:
            kind, *arguments = step
            if kind == "execute":
                body = b"\x17" + struct.pack("<IBI", statement, arguments[0], 1)
                reply = wire.result(wire.command(body))
                # mysqld describes the columns of its temporary table; the client has the real ones from PREPARE.
                seen.append([reply[0], len(reply), reply[-1]])
            elif kind == "fetch":
                seen.append(self.fetch(wire, statement, arguments[0]))
            elif kind == "reset":
                seen.append([wire.command(b"\x1a" + struct.pack("<I", statement))])
            elif kind == "query":
                seen.append(wire.query(arguments[0])[-1:])
        return seen

    @staticmethod
    def fetch(wire, statement, count):
        packet = wire.command(b"\x1c" + struct.pack("<II", statement, count))
        packets = [packet]
        while packet[0] == 0:
            packet = wire.read()
            packets.append(packet)
        return packets

    def test_conversations(self):
        scripts = (
            ("SELECT id, v FROM t WHERE id > 0 ORDER BY id", ("execute", 1), ("fetch", 2), ("fetch", 0), ("fetch", 2),
             ("fetch", 2), ("fetch", 2), ("execute", 1), ("fetch", 5), ("fetch", 1), ("fetch", 1)),
            ("SELECT id, v FROM t WHERE id > 0 ORDER BY id", ("execute", 1), ("query", "SELECT 7"), ("fetch", 1),
             ("query", "DELETE FROM t WHERE id = 99"), ("fetch", 1), ("reset",), ("fetch", 1)),
            ("SELECT id FROM t WHERE id = 2", ("fetch", 1), ("execute", 1), ("fetch", 10), ("fetch", 1)),
            ("SELECT id FROM t WHERE id = 77", ("execute", 1), ("fetch", 10)),
            ("DELETE FROM t WHERE id = 77", ("execute", 1), ("fetch", 10)),
            ("SELECT v FROM t WHERE id = 1", ("execute", 1), ("fetch", 1), ("fetch", 1)),
            ("SHOW TABLES", ("execute", 1), ("fetch", 10)),
            ("SELECT id FROM t WHERE id = 3", ("query", "BEGIN"), ("execute", 1), ("fetch", 1), ("query", "COMMIT"),
             ("fetch", 1)),
            ("SELECT nope FROM t", ),
        )
        for name, form in FORMS.items():
            for database in (b"main", b"customer"):
                for script in scripts:
                    with self.subTest(form=name, database=database, script=script):
                        (gateway, _), (direct, _) = self.wires(database, form)
                        self.assertEqual(self.converse(gateway, script), self.converse(direct, script))

    def test_wrong_commands(self):
        (gateway, _), (direct, _) = self.wires(b"main")
        for body in (b"\x1c" + struct.pack("<II", 999, 1), b"\x1c" + struct.pack("<I", 1), b"\x1c",
                     b"\x1a" + struct.pack("<I", 999), b"\x1a", b"\x17" + struct.pack("<IBI", 999, 1, 1), b"\x0e"):
            with self.subTest(body=body):
                self.assertEqual(gateway.command(body), direct.command(body))

    def test_several_cursors_and_their_end(self):
        gateway = self.wires(b"customer")[0][0]
        statements = [gateway.prepare("SELECT id FROM t ORDER BY id")[0] for _ in range(3)]
        for statement in statements:
            gateway.result(gateway.command(b"\x17" + struct.pack("<IBI", statement, 1, 1)))
        for i in range(1, 6):
            for statement in statements:
                self.assertEqual(self.fetch(gateway, statement, 1)[0], b"\0\0" + struct.pack("<i", i))
        gateway.send(b"\x19" + struct.pack("<I", statements[0]), 0)
        self.assertEqual(error_number(self.fetch(gateway, statements[0], 1)[0]), 1243)
        self.assertEqual(gateway.command(b"\x1f")[0], 0)
        self.assertEqual(error_number(self.fetch(gateway, statements[1], 1)[0]), 1243)

    def test_a_result_beyond_the_limit(self):
        connection = self.connect("main")
        self.execute(connection, "CREATE TABLE wide (id INT PRIMARY KEY, filler LONGTEXT)")
        self.execute(connection, f"INSERT INTO wide VALUES (1, REPEAT('z', {MIB})), (2, REPEAT('z', {MIB}))")
        gateway = self.wires(b"main")[0][0]
        gateway.socket.settimeout(60)
        before = memory(self.cluster.vtgate.pid)
        cross = " JOIN ".join(f"wide w{i}" for i in range(7))  # 128 rows of 1 MiB
        statement, packets = gateway.prepare(f"SELECT w0.filler FROM {cross}")
        self.assertIsNotNone(statement, packets)
        for sql in ("DO 1", "BEGIN"):
            gateway.query(sql)
            reply = gateway.command(b"\x17" + struct.pack("<IBI", statement, 1, 1))
            self.assertEqual(reply[0], 0xFF, reply[:80])
            self.assertIn(b"64 MiB", reply)
            self.assertEqual(gateway.query("SELECT COUNT(*) FROM wide")[2], b"\x012")
        self.assertEqual(error_number(self.fetch(gateway, statement, 1)[0]), 1421)
        self.assertLess(memory(self.cluster.vtgate.pid) - before, 300 * MIB)
        gateway.query("ROLLBACK")
        self.execute(connection, "DROP TABLE wide")


if __name__ == "__main__":
    unittest.main()
