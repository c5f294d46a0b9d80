#!/usr/bin/python3
"""Clients that are broken, wrong, greedy or many: a MySQL error or a clean close, bounded memory."""

import concurrent.futures
import random
import resource
import socket
import struct
import time
import unittest

import pymysql

from harness import SHARDS, ClusterTest, Keyspace, wait_for
from wire import Closed, Wire, error_number

MIB = 1 << 20
CONNECTIONS = 2000


def memory(pid):
    """Resident bytes of a process."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


class HostileTest(ClusterTest):
    keyspaces = (Keyspace("main"), Keyspace("customer", SHARDS))

    @classmethod
    def setUpClass(cls):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
        super().setUpClass()
        cls.port = cls.cluster.ports.vtgate_mysql

    def setUp(self):
        self.pids = {process.name: process.pid for process in self.cluster.processes()}
        self.check_alive()

    def tearDown(self):
        self.check_alive()

    def check_alive(self):
        """Good clients are still served, by the same processes."""
        for process in self.cluster.processes():
            self.assertTrue(process.alive(), f"{process.name} has died:\n{process.log_tail()}")
            self.assertEqual(process.pid, self.pids[process.name])
        for keyspace in ("main", "customer"):
            connection = self.cluster.connect(keyspace, connect_timeout=20, read_timeout=20)
            self.assertEqual(self.execute(connection, "SELECT 1"), [(1,)])
            connection.close()

    def wire(self, **options):
        wire = Wire(self.port, **options)
        self.addCleanup(wire.close)
        return wire

    def logged_in(self):
        wire = self.wire()
        self.assertEqual(wire.login()[0], 0)
        return wire

    def assert_error_or_close(self, wire, what):
        try:
            packet = wire.reply_or_close()
        except socket.timeout:
            self.fail(f"{what}: no answer and no close")
        if packet is not None:
            self.assertIsNotNone(error_number(packet), f"{what}: {packet[:60]!r}")

    # Who may come in.

    def assert_refused(self, number, sqlstate=None, **options):
        with self.assertRaises(pymysql.MySQLError) as caught:
            pymysql.connect(host="127.0.0.1", port=self.port, **options)
        self.assertEqual(caught.exception.args[0], number, caught.exception)

    def test_wrong_passwords(self):
        self.assert_refused(1045, user="app", password="wrong")
        self.assert_refused(1045, user="app", password="")
        self.assert_refused(1045, user="nobody", password="app")
        self.assert_refused(1045, user="", password="")
        self.assert_refused(1045, user="app' OR '1'='1", password="app")
        self.assert_refused(1045, user="a" * 200, password="x" * 150)

    def test_unknown_database(self):
        self.assert_refused(1049, user="app", password="app", database="nowhere")
        connection = self.connect("main")
        for sql in ("USE nowhere", "SELECT * FROM nowhere.t"):
            with self.assertRaises(pymysql.MySQLError) as caught:
                self.execute(connection, sql)
            self.assertIn(caught.exception.args[0], (1049, 1146), caught.exception)
        self.assertEqual(self.execute(connection, "SELECT DATABASE()"), [("main",)])

    # Malformed packets before login.

    def test_truncated_handshake_response(self):
        whole = self.wire().response(database=b"main")
        for length in range(0, len(whole), 3):
            wire = Wire(self.port)
            # The terminator of the plugin name may be missing; nothing else may.
            wire.send(whole[:length])
            packet = wire.reply_or_close()
            self.assertTrue(packet is None or packet[0] != 0, f"logged in with {length} bytes")
            wire.close()

    def test_random_bytes_instead_of_a_handshake(self):
        generator = random.Random(1)
        for _ in range(60):
            wire = Wire(self.port)
            try:
                wire.send_raw(generator.randbytes(generator.randint(1, 300)))
                wire.socket.shutdown(socket.SHUT_WR)
                while wire.reply_or_close() is not None:
                    pass
            except (Closed, OSError):
                pass
            wire.close()

    def test_wrong_sequence_number_in_the_handshake(self):
        wire = self.wire()
        wire.send(wire.response(), 77)
        self.assert_error_or_close(wire, "sequence 77")

    def test_big_packet_before_login_takes_no_memory(self):
        before = memory(self.cluster.vtgate.pid)
        wires = [Wire(self.port) for _ in range(20)]
        for wire in wires:
            try:
                wire.send_raw(b"\xff\xff\xff\x01")
                for _ in range(16):
                    wire.send_raw(b"x" * MIB)
            except (Closed, OSError):
                pass
        grown = memory(self.cluster.vtgate.pid) - before
        for wire in wires:
            wire.close()
        self.assertLess(grown, 64 * MIB)

    def test_silent_clients_are_dropped(self):
        wires = [Wire(self.port, timeout=60) for _ in range(50)]
        started = time.monotonic()
        for wire in wires:
            packet = wire.reply_or_close()
            self.assertTrue(packet is None or error_number(packet))
            wire.close()
        self.assertLess(time.monotonic() - started, 30)

    def test_slow_handshakes_are_dropped(self):
        wires = [Wire(self.port, timeout=60) for _ in range(20)]
        whole = [struct.pack("<I", len(wire.response()))[:3] + b"\1" + wire.response() for wire in wires]
        started = time.monotonic()
        open_wires = set(range(len(wires)))
        while open_wires:
            self.assertLess(time.monotonic() - started, 30, f"{len(open_wires)} still open")
            for i in list(open_wires):
                sent = int(time.monotonic() - started)
                wires[i].socket.settimeout(0.05)
                try:
                    wires[i].send_raw(whole[i][sent:sent + 1])  # a byte each second
                    if not wires[i].socket.recv(1000):
                        open_wires.discard(i)
                except (Closed, ConnectionResetError):
                    open_wires.discard(i)
                except socket.timeout:
                    pass
        for wire in wires:
            wire.close()

    def test_garbage_instead_of_tls(self):
        generator = random.Random(4)
        for _ in range(20):
            wire = Wire(self.port)
            ssl_request = struct.pack("<IIB23x", 0x200 | 0x800 | 0x8000 | 0x80000, 1 << 24, 45)
            wire.send(ssl_request)
            try:
                wire.send_raw(generator.randbytes(500))
                while wire.reply_or_close() is not None:
                    pass
            except (Closed, OSError):
                pass
            wire.close()

    def test_half_closed_sockets(self):
        for sql in (b"SELECT 1", b"SELECT SLEEP(60)"):
            wires = [self.logged_in() for _ in range(20)]
            for wire in wires:
                wire.send(b"\x03" + sql, 0)
                wire.socket.shutdown(socket.SHUT_WR)
            started = time.monotonic()
            for wire in wires:
                try:
                    while wire.reply_or_close() is not None:
                        pass
                except socket.timeout:
                    self.fail(f"{sql}: neither an answer nor a close")
                wire.close()
            self.assertLess(time.monotonic() - started, 15, sql)

    # Malformed packets after login.

    def test_unknown_commands(self):
        for command in (0x22, 0x30, 0x7F, 0xFE, 0xFF):
            wire = self.logged_in()
            self.assertEqual(error_number(wire.command(bytes([command]) + b"abc")), 1047, hex(command))
            self.assertEqual(wire.command(b"\x0e")[0], 0, "COM_PING afterwards")

    def test_empty_packet(self):
        wire = self.logged_in()
        wire.send(b"", 0)
        self.assert_error_or_close(wire, "empty command packet")

    def test_wrong_sequence_number_of_a_command(self):
        wire = self.logged_in()
        wire.send(b"\x03SELECT 1", 9)
        self.assert_error_or_close(wire, "sequence 9")

    def test_statements_that_were_never_prepared(self):
        wire = self.logged_in()
        execute = b"\x17" + struct.pack("<IBI", 12345, 0, 1)
        self.assertEqual(error_number(wire.command(execute)), 1243)
        wire.send(b"\x19" + struct.pack("<I", 12345), 0)  # COM_STMT_CLOSE has no answer
        self.assertEqual(error_number(wire.command(b"\x1a" + struct.pack("<I", 12345))), 1243)
        self.assertEqual(wire.command(b"\x0e")[0], 0)

    def test_truncated_execute(self):
        # Types, null bitmap and a string value, cut at every byte.
        parameters = b"\x00\x01\x08\x00\xfd\x00" + struct.pack("<q", 1) + b"\x05hello"
        for length in range(len(parameters)):
            wire = Wire(self.port)
            self.assertEqual(wire.login(database=b"main")[0], 0)
            prepared = wire.command(b"\x16SELECT ?, ?")
            self.assertEqual(prepared[0], 0)
            statement, columns, arguments = struct.unpack_from("<IHH", prepared, 1)
            for _ in range(arguments + 1 + columns + 1):  # definitions and their EOF packets
                wire.read()
            wire.send(b"\x17" + struct.pack("<IBI", statement, 0, 1) + parameters[:length], 0)
            self.assert_error_or_close(wire, f"EXECUTE with {length} bytes of parameters")
            wire.close()

    def test_truncated_commands(self):
        commands = {
            "COM_CHANGE_USER": b"\x11app\0\x20" + b"x" * 32 + b"main\0\xff\0caching_sha2_password\0\x05\x01a\x02bc",
            "COM_STMT_FETCH": b"\x1c" + struct.pack("<II", 1, 1),
            "COM_STMT_RESET": b"\x1a" + struct.pack("<I", 1),
            "COM_STMT_EXECUTE": b"\x17" + struct.pack("<IBI", 1, 1, 1),
            "COM_SET_OPTION": b"\x1b\x01\x00",
            "COM_FIELD_LIST": b"\x04t\0%",
            "COM_PROCESS_KILL": b"\x0c" + struct.pack("<I", 1),
            "COM_BINLOG_DUMP": b"\x12" + struct.pack("<IHI", 4, 0, 1),
        }
        for name, whole in commands.items():
            for length in range(1, len(whole)):
                wire = self.logged_in()
                wire.send(whole[:length], 0)
                packet = wire.reply_or_close()
                # Some are whole commands of another meaning: all that counts is that it goes on, or ends.
                if packet is not None and error_number(packet) is not None and name != "COM_CHANGE_USER":
                    self.assertEqual(wire.command(b"\x0e")[0], 0, f"{name} cut to {length} bytes, then COM_PING")
                wire.close()

    def test_long_data_for_nobody(self):
        wire = self.logged_in()
        statement, _ = wire.prepare("SELECT ?")
        for body in (struct.pack("<IH", 12345, 0) + b"x", struct.pack("<IH", statement, 7) + b"x",
                     struct.pack("<IH", statement, 65535) + b"x", struct.pack("<I", statement), b"\1", b""):
            wire.send(b"\x18" + body, 0)  # no answer, whatever it says
        self.assertEqual(wire.command(b"\x0e")[0], 0)

    def test_long_data_without_end(self):
        before = memory(self.cluster.vtgate.pid)
        wire = self.logged_in()
        wire.socket.settimeout(60)
        statements = [wire.prepare("SELECT LENGTH(?), ?")[0] for _ in range(3)]
        for statement in statements:
            for parameter in (0, 1):
                for _ in range(50):
                    wire.send(b"\x18" + struct.pack("<IH", statement, parameter) + b"x" * MIB, 0)
        self.assertEqual(wire.command(b"\x0e")[0], 0)
        self.assertLess(memory(self.cluster.vtgate.pid) - before, 200 * MIB)
        # What was lost is not taken for the value.
        block = b"\0\1\xfc\0\xfc\0"
        reply = wire.command(b"\x17" + struct.pack("<IBI", statements[2], 0, 1) + block)
        self.assertEqual(error_number(reply), 1105, reply[:80])
        self.assertIn(b"mysql_send_long_data", reply)
        self.assertEqual(wire.command(b"\x1a" + struct.pack("<I", statements[2]))[0], 0)
        for statement in statements[:2]:
            wire.send(b"\x19" + struct.pack("<I", statement), 0)
        for parameter in (0, 1):
            wire.send(b"\x18" + struct.pack("<IH", statements[2], parameter) + b"abc", 0)
        packets = wire.result(wire.command(b"\x17" + struct.pack("<IBI", statements[2], 0, 1) + block))
        self.assertIn(b"\x03abc", packets[-2])

    def test_random_commands(self):
        generator = random.Random(2)
        for _ in range(150):
            wire = Wire(self.port, timeout=10)
            self.assertEqual(wire.login()[0], 0)
            try:
                # Not COM_BINLOG_DUMP and the like with luck: whatever it is, an answer or a close.
                wire.send(bytes([generator.randint(0, 0x21)]) + generator.randbytes(generator.randint(0, 80)), 0)
                wire.socket.shutdown(socket.SHUT_WR)
                while wire.reply_or_close() is not None:
                    pass
            except (Closed, OSError):
                pass
            wire.close()

    def test_client_leaves_in_mid_packet(self):
        for _ in range(50):
            wire = self.logged_in()
            wire.send_raw(struct.pack("<I", 1000)[:3] + b"\0" + b"\x03SELECT 1")
            wire.close()

    # Too much.

    def test_oversized_packet(self):
        before = memory(self.cluster.vtgate.pid)
        wire = self.logged_in()
        wire.socket.settimeout(60)
        number = None
        try:
            for part in range(80):  # 1.25 GiB in one logical packet, above any max_allowed_packet
                wire.send_raw(b"\xff\xff\xff" + bytes([part]))
                wire.send_raw((b"\x03" if part == 0 else b"x") + b"x" * (0xFFFFFF - 1))
        except Closed:
            pass
        try:
            packet = wire.reply_or_close()
            number = error_number(packet)
        except (socket.timeout, OSError):
            pass
        self.assertIn(number, (None, 1153))
        # What was read may be in memory up to the limit (64 MiB by default), not more.
        wait_for(lambda: memory(self.cluster.vtgate.pid) - before < 200 * MIB, 10, "memory bounded")

    def test_big_statement_within_the_limit(self):
        connection = self.connect("main", max_allowed_packet=64 * MIB)
        text = "x" * (20 * MIB)
        self.assertEqual(self.execute(connection, f"SELECT LENGTH('{text}')"), [(20 * MIB,)])
        rows = self.execute(connection, f"SELECT REPEAT('y', {20 * MIB})")
        self.assertEqual(len(rows[0][0]), 20 * MIB)

    def test_long_rows_from_several_shards(self):
        connection = self.connect("customer")
        self.execute(connection, "CREATE TABLE long_rows (id INT PRIMARY KEY, b LONGBLOB)")
        self.addCleanup(self.execute, connection, "DROP TABLE long_rows")
        self.execute(connection, "INSERT INTO long_rows VALUES (1, ''), (2, ''), (3, ''), (4, '')")
        # Around the length of one packet of the protocol, too.
        for size in (12 * MIB, 16 * MIB - 50, 33 * MIB):
            self.execute(connection, f"UPDATE long_rows SET b = REPEAT('x', {size})")
            started = time.monotonic()
            rows = self.execute(connection, "SELECT id, b FROM long_rows ORDER BY id")
            self.assertLess(time.monotonic() - started, 10)
            self.assertEqual([(int(row[0]), len(row[1])) for row in rows], [(n, size) for n in range(1, 5)])

    def test_deep_nesting(self):
        connection = self.connect("customer")
        for sql in ("SELECT " + "(" * 50000 + "1" + ")" * 50000, "SELECT " + "-" * 100000 + "1",
                    "SELECT " + "NOT " * 50000 + "1", "SELECT 1" + " UNION SELECT 1" * 20000):
            try:
                self.execute(connection, sql)
            except pymysql.OperationalError as error:
                self.assertNotIn(error.args[0], (2006, 2013), f"{sql[:20]}: the connection is gone")
            except pymysql.MySQLError:
                pass  # too deep, and said so
            self.assertEqual(self.execute(connection, "SELECT 1"), [(1,)])

    def test_many_connections(self):
        vtgate = self.cluster.vtgate.pid
        before = memory(vtgate)
        connections = []
        try:
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                connections = list(pool.map(
                    lambda _: self.cluster.connect("customer", connect_timeout=30, read_timeout=30), range(CONNECTIONS)))
            each = (memory(vtgate) - before) / CONNECTIONS
            print(f"    {CONNECTIONS} connections: {each / 1024:.1f} KiB each in vtgate")
            self.assertLess(each, 64 * 1024)
            with concurrent.futures.ThreadPoolExecutor(32) as pool:
                results = list(pool.map(lambda connection: self.execute(connection, "SELECT 2"), connections))
            self.assertEqual(results, [[(2,)]] * CONNECTIONS)
        finally:
            for connection in connections:
                connection.close()

    def test_result_that_nobody_reads(self):
        connection = self.connect("main")
        self.execute(connection, "CREATE TABLE IF NOT EXISTS wide (id INT PRIMARY KEY, filler LONGTEXT)")
        self.execute(connection, "INSERT INTO wide VALUES " + ", ".join(f"({i}, REPEAT('z', {MIB}))" for i in range(16)))
        before = memory(self.cluster.vtgate.pid)
        wires = []
        for _ in range(8):
            wire = self.wire()
            self.assertEqual(wire.login(database=b"main")[0], 0)
            wire.send(b"\x03SELECT a.filler FROM wide a JOIN wide b", 0)  # 256 MiB each
            wires.append(wire)
        # Whoever reads is served meanwhile, and at once.
        reader = self.connect("customer")
        finish = time.monotonic() + 3
        while time.monotonic() < finish:
            started = time.monotonic()
            self.assertEqual(self.execute(reader, "SELECT 3"), [(3,)])
            self.assertLess(time.monotonic() - started, 2)
        grown = {name: memory(pid) for name, pid in self.pids.items() if name.startswith("vt")}
        self.assertLess(grown["vtgate"] - before, 200 * MIB)
        for name, size in grown.items():
            self.assertLess(size, 600 * MIB, name)
        for wire in wires:
            wire.close()
        self.execute(connection, "DROP TABLE wide")

    def test_commands_whose_answers_nobody_reads(self):
        before = memory(self.cluster.vtgate.pid)
        wire = self.logged_in()
        wire.socket.settimeout(2)
        statement = b"\x03SELECT REPEAT('y', 1000)"
        packet = struct.pack("<I", len(statement))[:3] + b"\0" + statement
        try:
            for _ in range(2000):
                wire.send_raw(packet * 100)
        except socket.timeout:
            pass  # the gateway reads no further: as it should be
        self.assertLess(memory(self.cluster.vtgate.pid) - before, 64 * MIB)

    # The other ports.

    def test_garbage_on_the_other_ports(self):
        generator = random.Random(3)
        tablet = self.cluster.tablet("main")
        for port in (tablet.ports["rpc"], tablet.ports["http"], self.cluster.ports.vtgate_http):
            for size in (1, 4, 40, 5000, 100000):
                with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
                    try:
                        client.sendall(generator.randbytes(size))
                        client.shutdown(socket.SHUT_WR)
                        while client.recv(65536):
                            pass
                    except OSError:  # closed by the server, which is right
                        pass
            with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
                try:
                    client.sendall(b"\xff\xff\xff\x7f" * 1000)
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(65536):
                        pass
                except OSError:  # closed by the server, which is right
                    pass


if __name__ == "__main__":
    unittest.main()
