"""One connection that keeps all of an answer: cells as they travel, metadata, warnings, errors.

PyMySQL logs in; commands and replies are read here, because PyMySQL knows no prepared statements
and throws away SQLSTATEs and the bytes of cells.
"""

import dataclasses
import decimal
import struct

from pymysql.protocol import FieldDescriptorPacket, MysqlPacket, OKPacketWrapper

COM_QUERY, COM_STMT_PREPARE, COM_STMT_EXECUTE, COM_STMT_CLOSE = 0x03, 0x16, 0x17, 0x19
_FIXED_SIZE = {1: 1, 2: 2, 3: 4, 4: 4, 5: 8, 6: 0, 8: 8, 9: 4, 13: 2}  # FIELD_TYPE -> bytes
_TEMPORAL = (7, 10, 11, 12)
DOUBLE, FLOAT = 5, 4


@dataclasses.dataclass(frozen=True)
class Field:
    """A column definition; what a client can see of it."""

    name: str
    org_name: str
    table: str
    org_table: str
    database: str
    charset: int
    length: int
    type: int
    flags: int
    decimals: int


@dataclasses.dataclass
class Outcome:
    """What a statement gave: an error, rows with their fields, or the counts of an OK packet."""

    error: tuple = None  # (number, SQLSTATE, text)
    fields: list = None
    rows: list = None    # of tuples of bytes or None
    affected: int = 0
    insert_id: int = 0
    info: str = ""
    warning_count: int = 0
    warnings: list = dataclasses.field(default_factory=list)
    prepared_fields: list = None


class Client:
    """Runs statements over one PyMySQL connection, as text or prepared."""

    def __init__(self, connection):
        self.connection = connection
        self.encoding = "utf-8"

    def close(self):
        self.connection.close()

    def text(self, sql):
        """The outcome of COM_QUERY."""
        self._send(COM_QUERY, sql.encode(self.encoding))
        return self._result(binary=False)

    def prepared(self, sql, parameters):
        """The outcome of preparing, executing and closing the statement."""
        self._send(COM_STMT_PREPARE, sql.encode(self.encoding))
        packet = self._packet()
        if packet[0] == 0xff:
            return Outcome(error=_error(packet))
        statement_id, columns, count = struct.unpack_from("<IHH", packet, 1)
        self._fields(count)
        fields = self._fields(columns)
        body = struct.pack("<IBI", statement_id, 0, 1) + _parameter_block(parameters, self.encoding)
        self._send(COM_STMT_EXECUTE, body)
        outcome = self._result(binary=True)
        outcome.prepared_fields = fields
        self._send(COM_STMT_CLOSE, struct.pack("<I", statement_id))
        return outcome

    def run(self, sql, parameters=None):
        """As text, or prepared when there are parameters, with the warnings it has left."""
        outcome = self.text(sql) if parameters is None else self.prepared(sql, parameters)
        if outcome.error or outcome.warning_count:
            outcome.warnings = self.text("SHOW WARNINGS").rows
        return outcome

    def rows(self, sql):
        """The rows of a statement that must not fail."""
        outcome = self.text(sql)
        if outcome.error:
            raise AssertionError(f"{outcome.error}: {sql}")
        return outcome.rows

    def _send(self, command, body):
        self.connection._next_seq_id = 0
        self.connection.write_packet(bytes([command]) + body)

    def _packet(self):
        header = self.connection._read_bytes(4)
        self.connection._next_seq_id = (header[3] + 1) % 256
        return self.connection._read_bytes(int.from_bytes(header[:3], "little"))

    def _fields(self, count):
        fields = []
        for _ in range(count):
            packet = FieldDescriptorPacket(self._packet(), "latin-1")
            fields.append(Field(packet.name.encode("latin-1").decode(self.encoding),
                                packet.org_name.encode("latin-1").decode(self.encoding),
                                packet.table_name, packet.org_table, packet.db.decode("latin-1"), packet.charsetnr,
                                packet.length, packet.type_code, packet.flags, packet.scale))
        if count:
            self._packet()  # EOF
        return fields

    def _result(self, binary):
        packet = self._packet()
        if packet[0] == 0xff:
            return Outcome(error=_error(packet))
        if packet[0] == 0x00:
            ok = OKPacketWrapper(MysqlPacket(packet, self.encoding))
            return Outcome(affected=ok.affected_rows, insert_id=ok.insert_id, warning_count=ok.warning_count,
                           info=_info(ok.message))
        count = MysqlPacket(packet, self.encoding).read_length_encoded_integer()
        fields = self._fields(count)
        rows = []
        while True:
            packet = self._packet()
            if packet[0] == 0xff:
                return Outcome(error=_error(packet))
            if packet[0] == 0xfe and len(packet) < 9:
                return Outcome(fields=fields, rows=rows, warning_count=struct.unpack_from("<H", packet, 1)[0])
            rows.append(_binary_row(packet, fields) if binary else _text_row(packet, count))


def _error(packet):
    number = struct.unpack_from("<H", packet, 1)[0]
    return number, packet[4:9].decode(), packet[9:].decode("utf-8", "replace")


def _info(message):
    """The text of an OK packet, which has its length before it."""
    if not message:
        return ""
    size, at = _lenenc(message, 0)
    return message[at:at + size].decode()


def _lenenc(packet, at):
    first = packet[at]
    if first < 0xfb:
        return first, at + 1
    size = {0xfc: 2, 0xfd: 3, 0xfe: 8}[first]
    return int.from_bytes(packet[at + 1:at + 1 + size], "little"), at + 1 + size


def _text_row(packet, count):
    cells, at = [], 0
    for _ in range(count):
        if packet[at] == 0xfb:
            cells.append(None)
            at += 1
            continue
        size, at = _lenenc(packet, at)
        cells.append(packet[at:at + size])
        at += size
    return tuple(cells)


def _binary_row(packet, fields):
    nulls = packet[1:1 + (len(fields) + 9) // 8]
    at = 1 + len(nulls)
    cells = []
    for index, field in enumerate(fields):
        if nulls[(index + 2) // 8] >> ((index + 2) % 8) & 1:
            cells.append(None)
            continue
        if field.type in _FIXED_SIZE:
            size = _FIXED_SIZE[field.type]
        elif field.type in _TEMPORAL:
            size, at = packet[at], at + 1
        else:
            size, at = _lenenc(packet, at)
        cells.append(packet[at:at + size])
        at += size
    return tuple(cells)


def _parameter_block(parameters, encoding):
    if not parameters:
        return b""
    nulls = bytearray((len(parameters) + 7) // 8)
    types, values = b"", b""
    for index, value in enumerate(parameters):
        if value is None:
            nulls[index // 8] |= 1 << (index % 8)
            types += b"\x06\x00"
        elif isinstance(value, int):
            types += b"\x08\x00" if value < 1 << 63 else b"\x08\x80"
            values += struct.pack("<q" if value < 1 << 63 else "<Q", value)
        elif isinstance(value, float):
            types += b"\x05\x00"
            values += struct.pack("<d", value)
        else:
            types += b"\xf6\x00" if isinstance(value, decimal.Decimal) else b"\xfd\x00"
            data = value if isinstance(value, bytes) else str(value).encode(encoding)
            values += (bytes([len(data)]) if len(data) < 251 else b"\xfc" + struct.pack("<H", len(data))) + data
    return bytes(nulls) + b"\x01" + types + values
