"""The tables of the differential test, and values for their columns."""

import dataclasses

AI, GENERAL, BIN, UNICODE, LATIN = ("utf8mb4_0900_ai_ci", "utf8mb4_general_ci", "utf8mb4_bin", "utf8mb4_unicode_ci",
                                    "latin1_swedish_ci")

_TEXTS = ("a", "A", "\u00e1", "\u00c1", "a ", "a  ", "A ", "b", "B", "ab", "aB", "Ab ", "", " ", "  ", " a", "\u00df", "ss",
          "z", "\u00e4", "\u00e6", "1", "10", "01", "-1", "1.5", "%", "_", "it's", "a\\b", "\U0001f600", "2024-02-29")
_LATIN_TEXTS = ("a", "A", "\u00e1", "a ", "A  ", "b", "B", "\u00f6", "\u00d6", "", " ", "\u00df", "ss", "10", "z")
_INTS = ("0", "1", "-1", "2", "3", "5", "7", "10", "-10", "42", "100", "-100")
_DATES = ("'1970-01-01'", "'1999-12-31'", "'2000-01-01'", "'2024-02-29'", "'2024-03-01'", "'2038-01-19'", "'9999-12-31'",
          "'1000-01-01'")
_MOMENTS = ("'1970-01-01 00:00:01'", "'1999-12-31 23:59:59.999999'", "'2024-02-29 12:00:00.5'", "'2024-02-29 12:00:00'",
            "'2024-03-01 00:00:00'", "'2038-01-19 03:14:07'", "'2000-01-01 00:00:00.000001'")
_TIMES = ("'00:00:00'", "'-00:00:01'", "'12:34:56'", "'12:34:56.789'", "'838:59:59'", "'-838:59:59'", "'100:00:00'",
          "'-12:00:00.5'", "'1:00:00'")
_DECIMALS = ("0", "-0.0", "1.5", "-1.5", "0.0000000001", "99999999999999999999.9999999999", "-99999999999999999999.5",
             "1.2345678901", "2", "10", "100.25")
_FLOATS = ("0", "-0.0", "1.5", "-1.5", "0.1", "1e10", "-1e10", "123456.789", "123456.8", "1e-10", "3")
_JSONS = ("null", "1", "1.0", "\"a\"", "\"A\"", "{\"a\": 1}", "{\"a\": 2, \"t\": \"x\"}", "{\"t\": \"X \"}", "[1, 2]", "[]", "{}",
          "true", "{\"a\": \"1\", \"t\": \"x \"}", "-2.5")

VALUES = {
    "id": tuple(str(i) for i in range(1, 90)) + ("-5", "0", "1000000007"),
    "int": _INTS,
    "tiny": ("0", "1", "-1", "127", "-128", "5", "100"),
    "big": _INTS + ("9223372036854775807", "-9223372036854775808"),
    "ubig": ("0", "1", "2", "18446744073709551615", "9223372036854775808", "77", "100"),
    "bool": ("0", "1"),
    "decimal": _DECIMALS,
    "money": ("0.00", "1.50", "-1.50", "99999999.99", "0.01", "10", "7.25"),
    "float": _FLOATS,
    "double": _FLOATS + ("1e300", "-1e300", "0.30000000000000004", "2.5e-300"),
    "year": ("1901", "1970", "2000", "2024", "2155"),
    "bit": ("b'0'", "b'1'", "b'101'", "b'11111'", "b'10000'"),
    "date": _DATES,
    "datetime": _MOMENTS + _DATES,
    "timestamp": _MOMENTS,
    "time": _TIMES,
    "enum": ("'small'", "'large'", "'medium'", "'a'", "''"),
    "set": ("''", "'x'", "'y'", "'x,y'", "'z'", "'x,z'"),
}


@dataclasses.dataclass(frozen=True)
class Column:
    """A column: `kind` is a key of VALUES, or text, latin, bytes, json; `default` leaves it out of some INSERTs."""

    name: str
    kind: str
    type: str
    nullable: bool = True
    collation: str = None
    default: bool = False

    @property
    def is_text(self):
        return self.kind in ("text", "latin")

    @property
    def is_number(self):
        return self.kind in ("id", "int", "tiny", "big", "ubig", "bool", "decimal", "money", "float", "double", "year", "bit")

    @property
    def is_float(self):
        return self.kind in ("float", "double")

    @property
    def is_temporal(self):
        return self.kind in ("date", "datetime", "timestamp", "time")

    def definition(self):
        return f"{self.name} {self.type}" + ("" if self.nullable else " NOT NULL")


@dataclasses.dataclass(frozen=True)
class Table:
    """A table of the schema; `key` is its primary key, whose first column shards it."""

    name: str
    columns: tuple
    key: tuple
    more: str = ""        # further keys
    auto: str = None      # the AUTO_INCREMENT column

    def column(self, name):
        return next(column for column in self.columns if column.name == name)

    def create(self):
        parts = [column.definition() for column in self.columns] + [f"PRIMARY KEY ({', '.join(self.key)})"]
        return f"CREATE TABLE {self.name} ({', '.join(parts)}{self.more}) DEFAULT CHARSET=utf8mb4"


def _text(name, collation, size=20, type_name="VARCHAR", **options):
    charset = "latin1" if collation == LATIN else "utf8mb4"
    length = f"({size})" if size else ""
    return Column(name, "latin" if charset == "latin1" else "text",
                  f"{type_name}{length} CHARACTER SET {charset} COLLATE {collation}", collation=collation, **options)


NUMBERS = Table("numbers", (
    Column("id", "id", "BIGINT", nullable=False),
    Column("i", "int", "INT"),
    Column("t", "tiny", "TINYINT"),
    Column("big", "big", "BIGINT"),
    Column("u", "ubig", "BIGINT UNSIGNED"),
    Column("flag", "bool", "TINYINT(1)"),
    Column("d", "decimal", "DECIMAL(30,10)"),
    Column("m", "money", "DECIMAL(10,2)"),
    Column("f", "float", "FLOAT"),
    Column("x", "double", "DOUBLE"),
    Column("y", "year", "YEAR"),
    Column("b", "bit", "BIT(5)"),
), ("id",), more=", KEY (i)")

TEXTS = Table("texts", (
    Column("id", "id", "INT", nullable=False),
    _text("ai", AI), _text("gen", GENERAL), _text("bin", BIN), _text("uni", UNICODE), _text("lat", LATIN),
    _text("fixed", GENERAL, type_name="CHAR"), _text("long_ai", AI, None, "TEXT"), _text("long_uni", UNICODE, None, "TEXT"),
    Column("raw", "bytes", "VARBINARY(20)"), Column("blobby", "bytes", "BLOB"),
    Column("e", "enum", "ENUM('small','medium','large','a','')"),
    Column("s", "set", "SET('x','y','z')"),
    Column("j", "json", "JSON"),
), ("id",), more=", KEY (gen)")

TIMES = Table("times", (
    Column("id", "id", "BIGINT", nullable=False),
    Column("da", "date", "DATE"),
    Column("dt", "datetime", "DATETIME"),
    Column("dt6", "datetime", "DATETIME(6)"),
    Column("ts", "timestamp", "TIMESTAMP NULL"),
    Column("ts3", "timestamp", "TIMESTAMP(3) NULL"),
    Column("ti", "time", "TIME"),
    Column("ti3", "time", "TIME(3)"),
    Column("y", "year", "YEAR"),
    Column("made", "timestamp", "DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)", default=True),
), ("id",))

LINES = Table("lines_", (
    Column("owner", "id", "BIGINT", nullable=False),
    Column("line", "tiny", "INT", nullable=False),
    Column("qty", "int", "INT", nullable=False),
    Column("price", "money", "DECIMAL(10,2)"),
    _text("note", AI),
), ("owner", "line"))

NAMES = Table("names", (
    _text("name", GENERAL, nullable=False),
    Column("v", "int", "INT"),
    _text("w", UNICODE),
), ("name",))

WORDS = Table("words", (
    _text("word", AI, nullable=False),
    Column("v", "int", "INT"),
    Column("at", "datetime", "DATETIME"),
), ("word",))

AUTO = Table("auto_", (
    Column("id", "id", "BIGINT AUTO_INCREMENT", nullable=False, default=True),
    Column("a", "int", "INT DEFAULT 7", default=True),
    _text("s", AI, default=True),
), ("id",), auto="id")

TABLES = (NUMBERS, TEXTS, TIMES, LINES, NAMES, WORDS, AUTO)

_BYTES = ("61", "41", "", "00", "ff", "6120", "e1", "20", "3130")


def quoted(text):
    return "'" + text.replace("'", "''").replace("\\", "\\\\") + "'"


def literal(column, rng, nulls=0.15):
    """A SQL literal that fits the column."""
    if column.nullable and rng.random() < nulls:
        return "NULL"
    if column.kind == "text":
        return quoted(rng.choice(_TEXTS))
    if column.kind == "latin":
        return quoted(rng.choice(_LATIN_TEXTS))
    if column.kind == "bytes":
        return "x'" + rng.choice(_BYTES) + "'"
    if column.kind == "json":
        return quoted(rng.choice(_JSONS))
    return rng.choice(VALUES[column.kind])


def odd_literal(rng):
    """A literal that may fit nothing."""
    return rng.choice(("NULL", "0", "-1", "1e400", "300", "99999999999999999999", "'abc'", "'1abc'", "''", "'2024-02-30'",
                       "x'ff'", "1.5", "TRUE", "'0000-00-00'", "'a very long text that fits no short column'"))
