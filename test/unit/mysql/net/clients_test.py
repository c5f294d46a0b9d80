"""Real clients against mysql_echo_server: usage clients_test.py ECHO_SERVER SOURCE_DIR."""
import os
import resource
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

import pymysql

SERVER, SOURCE = sys.argv.pop(1), sys.argv.pop(1)


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        cls.folder = tempfile.mkdtemp()
        cls.unix = os.path.join(cls.folder, "s")
        cls.server = subprocess.Popen([SERVER, cls.unix], stdout=subprocess.PIPE, text=True)
        cls.port = int(cls.server.stdout.readline().split()[1])

    @classmethod
    def tearDownClass(cls):
        cls.server.kill()
        cls.server.wait()
        cls.server.stdout.close()
        shutil.rmtree(cls.folder)

    def connect(self, user="app", password="app", **more):
        arguments = dict(host="127.0.0.1", port=self.port, user=user, password=password)
        return pymysql.connect(**{**arguments, **more})

    def raw(self):
        s = socket.create_connection(("127.0.0.1", self.port))
        s.settimeout(10)
        return s

    def read_packet(self, s):
        head = self.read_exactly(s, 4)
        return self.read_exactly(s, head[0] | head[1] << 8 | head[2] << 16)

    def read_exactly(self, s, n):
        data = b""
        while len(data) < n:
            more = s.recv(n - len(data))
            if not more:
                raise EOFError(data)
            data += more
        return data

    def query(self, connection, sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def test_pymysql_plain_and_tls(self):
        for more in {}, {"ssl": {"ca": None, "check_hostname": False}}, {"unix_socket": self.unix}:
            with self.connect(**more) as c:
                self.assertEqual(self.query(c, "héllo"), (("héllo",),))
                c.ping()
                c.select_db("other")
                c._execute_command(pymysql.constants.COMMAND.COM_STATISTICS, b"")
                self.assertEqual(c._read_packet().get_all_data(), b"Uptime: 1")
                self.assertEqual(len(self.query(c, "rows 10000")), 10000)

    def test_big_packets_both_ways(self):
        with self.connect(max_allowed_packet=64 << 20) as c:
            self.assertEqual(len(self.query(c, "big 17000000")[0][0]), 17000000)
            for size in 0xfffffe, 0xffffff, 0x1000000:  # around one frame, with the command byte
                sql = "x" * size
                self.assertEqual(self.query(c, sql)[0][0] == sql, True)

    def test_too_big_a_packet_is_refused(self):
        with self.assertRaises(pymysql.err.MySQLError) as caught:
            with self.connect(max_allowed_packet=64 << 20) as c:
                self.query(c, "x" * (21 << 20))
        self.assertIn(caught.exception.args[0], (1153, 2006, 2013))

    def test_errors(self):
        with self.connect() as c:
            with self.assertRaises(pymysql.err.ProgrammingError) as caught:
                self.query(c, "error")
            self.assertEqual(caught.exception.args, (1064, "an error, as asked for"))
            self.assertEqual(self.query(c, "again"), (("again",),))
        for user, password in ("app", "wrong"), ("nobody", "app"), ("old", "x"), ("local", "app"):
            for tls in {}, {"ssl": {"ca": None, "check_hostname": False}}:
                with self.assertRaises(pymysql.err.OperationalError) as caught:
                    self.connect(user, password, **tls)
                self.assertEqual(caught.exception.args, (
                    1045, f"Access denied for user '{user}'@'127.0.0.1' (using password: YES)"))
        with self.assertRaises(pymysql.err.OperationalError) as caught:
            self.connect(password="")
        self.assertEqual(caught.exception.args, (
            1045, "Access denied for user 'app'@'127.0.0.1' (using password: NO)"))
        with self.assertRaises(pymysql.err.OperationalError) as caught:
            self.connect(db="nowhere")
        self.assertEqual(caught.exception.args[0], 1049)

    def test_users(self):
        with self.connect("empty", ""):
            pass
        # Known only by its native hash: the full path by RSA key, then the fast path.
        for _ in range(2):
            with self.connect("old", "oldpw"):
                pass
        with self.connect("local", "app", unix_socket=self.unix):
            pass

    def test_change_user(self):
        with self.connect() as c:
            for user, password, good in ("old", b"oldpw", True), ("app", b"wrong", False):
                # No answer in the first packet, as libmariadb does it: the server must switch.
                c._execute_command(0x11, user.encode() + b"\0\0db\0\x2d\0mysql_native_password\0")
                packet = self.read_packet_of(c)
                self.assertEqual(packet[:23], b"\xfemysql_native_password\0")
                c.write_packet(pymysql._auth.scramble_native_password(password, packet[23:43]))
                packet = self.read_packet_of(c)
                self.assertEqual(packet[0], 0 if good else 0xff, packet)
                if good:
                    self.assertEqual(self.query(c, "hello"), (("hello",),))
            c._force_close()

    @staticmethod
    def read_packet_of(connection):
        head = connection._read_bytes(4)
        connection._next_seq_id = head[3] + 1
        return connection._read_bytes(head[0] | head[1] << 8 | head[2] << 16)

    def server_kib(self):
        with open(f"/proc/{self.server.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    def test_2000_connections_in_bounded_memory(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        count = 2000 if hard == resource.RLIM_INFINITY else min(2000, hard - 100)
        before = self.server_kib()
        connections = [self.connect() for _ in range(count)]
        # A plain idle client takes about 7 KiB; sanitizers and old buffers take some more.
        self.assertLess(self.server_kib() - before, 12 * count + 20000)
        for c in connections[::20]:
            self.assertEqual(self.query(c, "here"), (("here",),))
        for c in connections:
            c._force_close()

    def test_a_client_that_pipelines_without_reading_is_held_back(self):
        c = self.connect()
        one = struct.pack("<I", 12) + b"\x03big 1000000"
        c._sock.settimeout(1)
        before = self.server_kib()
        with self.assertRaises((socket.timeout, ConnectionError)):
            while True:
                c._sock.sendall(one * 1000)
        self.assertLess(self.server_kib() - before, 50000)
        c._force_close()

    def run_client(self, client, *arguments, sql="hello;\n"):
        done = subprocess.run(
            [*client, "-h127.0.0.1", f"-P{self.port}", "-uapp", "-papp", "-NB", *arguments],
            input=sql, capture_output=True, text=True, timeout=30)
        return done.stdout.strip(), done.stderr

    def test_mariadb_command_line(self):
        for tls in "--skip-ssl", "--ssl":
            out, error = self.run_client(["mariadb", "--no-defaults"], tls)
            self.assertEqual(out, "hello", error)
        out, error = self.run_client(["mariadb", "--no-defaults"], "--default-auth=mysql_native_password")
        self.assertEqual(out, "hello", error)

    def test_mysql_command_line(self):
        mysql = [os.path.join(SOURCE, "scripts/mysql")]
        for tls in ["--ssl-mode=REQUIRED"], ["--ssl-mode=DISABLED", "--get-server-public-key"]:
            out, error = self.run_client(mysql, *tls)
            self.assertEqual(out, "hello", error)
        out, error = self.run_client(mysql, "--commands", "--ssl-mode=REQUIRED", sql="query_attributes a b\nhello;\nerror;\n")
        self.assertEqual(out, "hello", error)
        self.assertIn("1064", error)

    def test_a_client_that_goes_away_is_noticed(self):
        c = self.connect()
        c._execute_command(pymysql.constants.COMMAND.COM_QUERY, "wait")
        time.sleep(0.3)
        c._force_close()
        self.assertEqual(self.server.stdout.readline(), "gone\n")

    def test_pipelined_commands_are_answered_in_order(self):
        c = self.connect()
        packets = b"".join(struct.pack("<I", len(q) + 1) + b"\x03" + q for q in (b"one", b"two"))
        c._sock.sendall(packets[: len(packets) - 2])
        time.sleep(0.05)
        c._sock.sendall(packets[len(packets) - 2 :])
        for expected in "one", "two":
            c._next_seq_id = 1
            result = pymysql.connections.MySQLResult(c)
            result.read()
            self.assertEqual(result.rows, ((expected,),))
        c.close()

    def test_garbage(self):
        for bytes_sent in b"\xff" * 100, b"\x00\x00\x00\x01", b"GET / HTTP/1.1\r\n\r\n", b"\x20\x00\x00\x05" + b"\0" * 32:
            with self.raw() as s:
                self.read_packet(s)
                s.sendall(bytes_sent)
                s.shutdown(socket.SHUT_WR)
                rest = b""
                while True:
                    try:
                        more = s.recv(4096)
                    except ConnectionResetError:
                        break
                    if not more:
                        break
                    rest += more
                if rest:
                    self.assertEqual(rest[4], 0xff, rest)

    def test_silence_before_login_is_cut(self):
        start = time.monotonic()
        with self.raw() as s:
            self.read_packet(s)
            self.assertEqual(s.recv(1), b"")
        self.assertLess(time.monotonic() - start, 5)

    def test_unknown_command(self):
        with self.connect() as c:
            c._execute_command(0x55, b"")
            with self.assertRaises(pymysql.err.MySQLError) as caught:
                c._read_packet()
            self.assertEqual(caught.exception.args[0], 1047)
            self.assertEqual(self.query(c, "on"), (("on",),))


if __name__ == "__main__":
    unittest.main()
