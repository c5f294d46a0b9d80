"""What may differ between two right answers, and what may not."""

import collections
import dataclasses
import math
import re
import struct

from .client import DOUBLE, FLOAT

_TEXT_TYPES = (15, 249, 250, 251, 252, 253, 254)
BINARY = 63
# Primary key, unique key, key, binary, no default, part of a key, number: whether mysqld says so of a column depends
# on whether it ran the statement with a temporary table. (The character set says what is binary.)
_LOOSE_FLAGS = 0x2 | 0x4 | 0x8 | 0x80 | 0x1000 | 0x4000 | 0x8000
_DEPRECATED = b"1287"
_MOST_WARNINGS = 64
_INTEGERS, _BIGINT, _YEAR, _UNSIGNED = (1, 2, 3, 8, 9), 8, 13, 0x20
_BLOB_FLAG = 0x10
# Of names and collations: which of several is found first may differ.
_OF_NAMES = (1054, 1055, 1140, 1253, 1267)
# Errors that a row has. Where several rows have one, it is not said which comes first.
_OF_SOME_ROW = (1048, 1062, 1264, 1292, 1365, 1366, 1367, 1406, 1411, 1441, 1525, 1690, 3140, 3141, 3854, 1265, 3819, 1425,
                1364)


class Canonical:
    """Gives values that MySQL calls equal one form, by asking the reference."""

    def __init__(self, reference):
        self.reference = reference
        self.charset = "utf8mb4"  # of the values
        self.collations = {}
        self.forms = {}

    def settle(self, names, encoding):
        """Follows the session, whose SET NAMES decides the collation of many an expression."""
        self.reference.rows(names)
        self.reference.encoding = encoding
        self.charset = "utf8mb4" if encoding == "utf-8" else "latin1"
        self.collations.clear()

    def collation_of(self, expression, source):
        """The collation of an expression over the tables of `source`; None when it is no text."""
        key = (expression, source)
        if key not in self.collations:
            encoding = self.reference.encoding
            outcome = self.reference.text(
                f"SELECT COLLATION({expression}){source} LIMIT 1".encode(encoding, "replace").decode(encoding))
            known = outcome.rows and outcome.rows[0][0]
            self.collations[key] = known.decode() if known else None
        return self.collations[key]

    def of(self, value, collation):
        """The weights of a text, padding aside."""
        if value is None or collation in (None, "binary"):
            return value
        key = (value, collation, self.charset)
        if key not in self.forms:
            charset = collation.split("_")[0]
            pads = "_0900_" not in collation
            text = f"_{self.charset} x'{value.hex()}'"
            if pads:
                text = f"RTRIM({text})"
            self.forms[key] = self.reference.rows(
                f"SELECT WEIGHT_STRING(CONVERT({text} USING {charset}) COLLATE {collation})")[0][0]
        return self.forms[key]


def _number(cell, field, binary):
    if cell is None:
        return None
    if not binary:
        return float(cell)
    if field.type == DOUBLE:
        return struct.unpack("<d", cell)[0]
    if field.type == FLOAT:
        return struct.unpack("<f", cell)[0]
    return None


def _any_row(warnings):
    """Warnings without the number of the row, as a shard counts its own rows, and without those of PREPARE."""
    return {(level, number, re.sub(rb"at row \d+", b"at row", text)) for level, number, text in warnings
            if number != _DEPRECATED}


def _countless(value):
    """The information text of a write without its count of warnings, which is each shard's."""
    return re.sub(r"Warnings: \d+", "Warnings", value) if isinstance(value, str) else value


class Comparison:
    """Compares the outcomes of one statement. `select` is None for other statements.

    Not compared, because README.md says that it does not work yet: how often several shards warn of
    the same, warnings beyond the 64th, and what SHOW WARNINGS says after SET and after an error.
    """

    def __init__(self, select, canonical, parameters):
        self.select = select
        self.canonical = canonical
        self.binary = parameters is not None

    def differences(self, expected, got):
        """One line per difference; empty when the outcomes agree."""
        if expected.error or got.error:
            # Which rows MySQL looks at for a LIMIT, and with which of their expressions, nobody says.
            if (self.select is not None and re.search(r"\bLIMIT\b", self.select.sql) and
                    (got.error or expected.error)[0] in _OF_SOME_ROW):
                return []
            return self._errors(expected.error, got.error)
        if (expected.fields is None) != (got.fields is None):
            return ["one has rows, the other has not"]
        out = []
        if expected.fields is None:
            for name in ("affected", "insert_id", "info"):
                if _countless(getattr(expected, name)) != _countless(getattr(got, name)):
                    out.append(f"{name}: {getattr(expected, name)!r}, but {getattr(got, name)!r}")
        else:
            out += self._fields("column", expected.fields, got.fields)
            if expected.prepared_fields is not None:
                out += self._fields("prepared column", expected.prepared_fields, got.prepared_fields)
            if not out:
                out += self._rows(expected, got)
        return out + self._warnings(expected, got)

    @staticmethod
    def _errors(expected, got):
        if expected == got or (expected and got and expected[0] in _OF_SOME_ROW and got[0] in _OF_SOME_ROW):
            return []
        if expected and got and expected[0] in _OF_NAMES and got[0] in _OF_NAMES:
            return []
        return [f"error: {expected}, but {got}"]

    def _fields(self, what, expected, got):
        if len(expected) != len(got):
            return [f"{len(expected)} {what}s, but {len(got)}"]
        expected, got = ([self._plain(field) for field in fields] for fields in (expected, got))
        return [f"{what} {index}: {a}, but {b}" for index, (a, b) in enumerate(zip(expected, got)) if a != b]

    @staticmethod
    def _plain(field):
        plain = dataclasses.replace(field, flags=field.flags & ~_LOOSE_FLAGS)
        if field.org_table:
            return plain
        # A computed column is of another width, and has a name of its own, when it was in a temporary table.
        plain = dataclasses.replace(plain, org_name="")
        if field.type in _INTEGERS + (_YEAR,):
            return dataclasses.replace(plain, type=_BIGINT)
        if field.type in _TEXT_TYPES:
            return dataclasses.replace(plain, length=0, decimals=0, flags=plain.flags & ~_BLOB_FLAG)
        return plain

    def _warnings(self, expected, got):
        # How mysqld finds MIN() and MAX() of a TIMESTAMP decides whether it warns of a zero one, and a LIMIT decides
        # which rows are looked at.
        if self.select is not None and re.search(r"\b(MIN|MAX|LIMIT)\b", self.select.sql):
            return []
        # mysqld warns of a column name beyond the basic plane when it is an alias, which the gateway makes it.
        if self.select is not None and any(ord(c) > 0xffff for c in self.select.sql):
            return []
        a, b = _any_row(expected.warnings), _any_row(got.warnings)
        # The order of a join decides which rows are compared, and a hidden column has a name of its own.
        if self.select is not None and re.search(r"\b(JOIN|ORDER BY)\b", self.select.sql):
            a, b = ({(level, number) for level, number, _ in found} for found in (a, b))
        if bool(expected.warning_count and (a or not expected.warnings)) != bool(got.warning_count and (b or not got.warnings)):
            return [f"warnings: {expected.warning_count} {expected.warnings}, but {got.warning_count} {got.warnings}"]
        if a != b and max(len(expected.warnings), len(got.warnings)) < _MOST_WARNINGS:
            return [f"warnings: {expected.warnings}, but {got.warnings}"]
        return []

    def _rows(self, expected, got):
        if len(expected.rows) != len(got.rows):
            return [f"{len(expected.rows)} rows, but {len(got.rows)}: {self._first(expected.rows, got.rows)}"]
        if self.select is not None and self.select.limited:
            return []
        a = [self._form(row, expected.fields) for row in expected.rows]
        b = [self._form(row, got.fields) for row in got.rows]
        if self.select is not None and self.select.ordered:
            for index, (x, y) in enumerate(zip(a, b)):
                if not self._equal(x, y):
                    return [f"row {index}: {expected.rows[index]}, but {got.rows[index]}"]
            return []
        a.sort(key=_sortable)
        b.sort(key=_sortable)
        for x, y in zip(a, b):
            if not self._equal(x, y):
                return [f"some row: {x}, but {y}"]
        return []

    @staticmethod
    def _first(a, b):
        only_a, only_b = collections.Counter(a) - collections.Counter(b), collections.Counter(b) - collections.Counter(a)
        return f"only {list(only_a)[:3]}, only {list(only_b)[:3]}"

    def _form(self, row, fields):
        if self.select is None:
            # Whether -? of a DECIMAL zero is -0e0 depends on whether mysqld prepares once more for the types of
            # the other parameters.
            return tuple(b"0" if cell == b"-0" else cell for cell in row)
        cells = list(row)
        if self.binary:
            for index, field in enumerate(fields):
                if field.type in _INTEGERS and cells[index] is not None:
                    number = int.from_bytes(cells[index], "little", signed=not field.flags & _UNSIGNED)
                    cells[index] = str(number).encode()
        for index, cell in enumerate(cells):
            field = fields[index]
            if index in self.select.weak and cell is not None:
                if field.type in _TEXT_TYPES and field.charset != BINARY:
                    collation = self.canonical.collation_of(self.select.weak[index], self.select.source)
                    cells[index] = self.canonical.of(cell, collation)
                elif field.type in (DOUBLE, FLOAT):
                    cells[index] = _number(cell, field, self.binary) + 0.0
            if index in self.select.inexact and field.type in (DOUBLE, FLOAT):
                cells[index] = _number(cell, field, self.binary)
        return tuple(cells)

    def _equal(self, x, y):
        for index, (a, b) in enumerate(zip(x, y)):
            if a == b:
                continue
            if not isinstance(a, float) or not isinstance(b, float):
                return False
            if not math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-280) and not self._cancelled(index, a, b):
                return False
        return True

    def _cancelled(self, index, a, b):
        """Whether two sums differ by no more than the rounding of what was added up, which may be far larger than they."""
        added = self.select.inexact.get(index)
        if added is None:
            return False
        outcome = self.canonical.reference.text(f"SELECT SUM(ABS({added})){self.select.source}")
        if not outcome.rows or outcome.rows[0][0] is None:
            return False
        return abs(a - b) <= 1e-12 * float(outcome.rows[0][0])


def _sortable(row):
    # Inexact numbers last: rows that agree in the rest stand side by side.
    return ([(cell is not None, cell) if isinstance(cell, bytes) else (False, b"") for cell in row],
            [(cell is not None, cell) if isinstance(cell, float) else (False, 0.0) for cell in row])


def construct_of(text):
    """What a refusal names, without the names of tables and columns."""
    text = re.sub(r"^not supported(?: yet)?(?: over several shards)?:? ?", "", text)
    return re.sub(r"'[^']*'", "'...'", text)
