"""The MySQL wire protocol by hand, to say what no well-behaved client would say."""

import hashlib
import socket
import struct

PROTOCOL_41, CONNECT_WITH_DB, PLUGIN_AUTH, SECURE_CONNECTION, TRANSACTIONS = 0x200, 0x8, 0x80000, 0x8000, 0x2000


class Closed(Exception):
    """The server closed the connection."""


class Wire:
    """One raw connection; reads the greeting unless told not to."""

    def __init__(self, port, greeting=True, timeout=20):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.sequence = 0
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

    def response(self, user=b"app", password=b"app", database=None, capabilities=None):
        """A HandshakeResponse41 for caching_sha2_password."""
        if capabilities is None:
            capabilities = PROTOCOL_41 | PLUGIN_AUTH | SECURE_CONNECTION | TRANSACTIONS
        if database is not None:
            capabilities |= CONNECT_WITH_DB
        inner = hashlib.sha256(password).digest()
        mask = hashlib.sha256(hashlib.sha256(inner).digest() + self.nonce).digest()
        scramble = bytes(a ^ b for a, b in zip(inner, mask)) if password else b""
        return (struct.pack("<IIB23x", capabilities, 1 << 24, 45) + user + b"\0" + bytes([len(scramble)]) + scramble +
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

    def reply_or_close(self):
        """The next packet, or None when the server closes."""
        try:
            return self.read()
        except Closed:
            return None


def error_number(packet):
    """The number in an ERR packet, or None for anything else."""
    return struct.unpack_from("<H", packet, 1)[0] if packet and packet[0] == 0xFF else None
