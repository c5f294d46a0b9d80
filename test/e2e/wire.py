"""The MySQL wire protocol by hand, to say what no well-behaved client would say."""

import hashlib
import socket
import struct

PROTOCOL_41, CONNECT_WITH_DB, PLUGIN_AUTH, SECURE_CONNECTION, TRANSACTIONS = 0x200, 0x8, 0x80000, 0x8000, 0x2000
MULTI_STATEMENTS, MULTI_RESULTS, PS_MULTI_RESULTS = 1 << 16, 1 << 17, 1 << 18
SESSION_TRACK, DEPRECATE_EOF = 1 << 23, 1 << 24
MORE_RESULTS, CURSOR_EXISTS, LAST_ROW_SENT, SESSION_STATE_CHANGED = 8, 64, 128, 16384


class Closed(Exception):
    """The server closed the connection."""


class Wire:
    """One raw connection, to a port or a unix socket; reads the greeting unless told not to."""

    def __init__(self, address, greeting=True, timeout=20):
        if isinstance(address, int):
            self.socket = socket.create_connection(("127.0.0.1", address), timeout=timeout)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(address)
        self.sequence = 0
        self.capabilities = 0
        self.nonce = b""
        if greeting:
            packet = self.read()
            if packet[0] != 10:
                raise Closed(f"no greeting: {packet!r}")
            rest = packet[packet.index(b"\0", 1) + 1:]
            self.nonce = rest[4:12] + rest[31:43]

    def close(self):
        self.socket.close()

    def send_raw(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Closed(str(error)) from error

    def send(self, payload, sequence=None):
        if sequence is None:
            sequence = self.sequence
        self.send_raw(struct.pack("<I", len(payload))[:3] + bytes([sequence & 0xFF]) + payload)
        self.sequence = sequence + 1

    def _receive(self, size):
        data = b""
        while len(data) < size:
            try:
                part = self.socket.recv(size - len(data))
            except ConnectionResetError as error:
                raise Closed(str(error)) from error
            if not part:
                raise Closed("end of stream")
            data += part
        return data

    def read(self):
        header = self._receive(4)
        self.sequence = header[3] + 1
        return self._receive(int.from_bytes(header[:3], "little"))

    def response(self, user=b"app", password=b"app", database=None, capabilities=None, collation=45):
        """A HandshakeResponse41 for caching_sha2_password."""
        if capabilities is None:
            capabilities = PROTOCOL_41 | PLUGIN_AUTH | SECURE_CONNECTION | TRANSACTIONS
        if database is not None:
            capabilities |= CONNECT_WITH_DB
        self.capabilities = capabilities
        inner = hashlib.sha256(password).digest()
        mask = hashlib.sha256(hashlib.sha256(inner).digest() + self.nonce).digest()
        scramble = bytes(a ^ b for a, b in zip(inner, mask)) if password else b""
        return (struct.pack("<IIB23x", capabilities, 1 << 24, collation) + user + b"\0" + bytes([len(scramble)]) + scramble +
                (database + b"\0" if database is not None else b"") + b"caching_sha2_password\0")

    def login(self, **options):
        """Logs in; the password must be known to the server's cache (some client came before)."""
        self.send(self.response(**options))
        packet = self.read()
        if packet[:2] == b"\x01\x03":
            packet = self.read()
        return packet

    def command(self, payload):
        self.send(payload, 0)
        return self.read()

    def query(self, sql):
        """All packets of the reply to a statement."""
        return self.result(self.command(b"\x03" + sql.encode()))

    def result(self, packet):
        """All packets of a reply that begins with `packet`."""
        packets = [packet]
        while True:
            if packet[0] in (0x00, 0xFF):
                status = ok_status(packet) if packet[0] == 0 else 0
            else:
                packets += [self.read() for _ in range(packet[0])]
                if not self.capabilities & DEPRECATE_EOF:
                    packets.append(self.read())
                    if eof_status(packets[-1]) & CURSOR_EXISTS:
                        return packets
                status = self.rows(packets)
            if not status & MORE_RESULTS:
                return packets
            packet = self.read()
            packets.append(packet)

    def rows(self, packets):
        """Appends the rows of a result set and what ends them; returns its status."""
        while True:
            packet = self.read()
            packets.append(packet)
            if packet[0] == 0xFF:
                return 0
            if packet[0] == 0xFE and len(packet) < 0xFFFFFF:
                return ok_status(packet) if self.capabilities & DEPRECATE_EOF else eof_status(packet)

    def prepare(self, sql):
        """The id and all packets of the reply; (None, [error]) when it fails."""
        packets = [self.command(b"\x16" + sql.encode())]
        if packets[0][0] != 0:
            return None, packets
        statement, columns, parameters = struct.unpack_from("<IHH", packets[0], 1)
        eof = 0 if self.capabilities & DEPRECATE_EOF else 1
        packets += [self.read() for _ in range(sum(count + eof for count in (columns, parameters) if count))]
        return statement, packets

    def reply_or_close(self):
        """The next packet, or None when the server closes."""
        try:
            return self.read()
        except Closed:
            return None


def lenenc(packet, at):
    """A length-encoded number, and where it ends."""
    size = {0xFC: 2, 0xFD: 3, 0xFE: 8}.get(packet[at], 0)
    if not size:
        return packet[at], at + 1
    return int.from_bytes(packet[at + 1:at + 1 + size], "little"), at + 1 + size


def ok_status(packet):
    """The status flags of an OK packet, also of one that ends rows."""
    _, at = lenenc(packet, 1)
    _, at = lenenc(packet, at)
    return struct.unpack_from("<H", packet, at)[0]


def eof_status(packet):
    return struct.unpack_from("<H", packet, 3)[0]


def error_number(packet):
    """The number in an ERR packet, or None for anything else."""
    return struct.unpack_from("<H", packet, 1)[0] if packet and packet[0] == 0xFF else None
