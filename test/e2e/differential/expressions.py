"""Random expressions over the columns of a table."""

import dataclasses

from . import schema

COMPARISONS = ("=", "<", ">", "<=", ">=", "<>", "<=>")


@dataclasses.dataclass(frozen=True)
class Expr:
    """SQL and what kind of value it gives: number, float, text, bytes, moment or json."""

    sql: str
    kind: str


def _kind_of(column):
    if column.is_float:
        return "float"
    if column.is_number:
        return "number"
    if column.is_text:
        return "text"
    if column.is_temporal:
        return "moment"
    return {"bytes": "bytes", "json": "json"}.get(column.kind, "text")


class Expressions:
    """Makes expressions over one table that is in FROM, with or without a qualifier before its columns."""

    def __init__(self, rng, table, qualifier=""):
        self.rng = rng
        self.table = table
        self.qualifier = qualifier

    def name(self, column):
        return self.qualifier + column.name

    def of_column(self, column):
        return Expr(self.name(column), _kind_of(column))

    def any_column(self):
        return self.rng.choice(self.table.columns)

    def _columns(self, *kinds):
        return [column for column in self.table.columns if _kind_of(column) in kinds]

    def _column_of(self, *kinds):
        columns = self._columns(*kinds)
        return self.rng.choice(columns) if columns else None

    def number(self, depth=2):
        rng = self.rng
        column = self._column_of("number", "float" if rng.random() < 0.2 else "number")
        if depth == 0 or rng.random() < 0.35:
            if column is not None and rng.random() < 0.8:
                return self.of_column(column)
            return Expr(rng.choice(("0", "1", "2", "-1", "10", "1.5", "0.001", "7")), "number")
        a, b = self.number(depth - 1), self.number(depth - 1)
        kind = "float" if "float" in (a.kind, b.kind) else "number"
        made = rng.randrange(16)
        if made < 4:
            return Expr(f"({a.sql} {rng.choice('+-*')} {b.sql})", kind)
        if made == 4:
            return Expr(f"({a.sql} {rng.choice(('/', 'DIV', 'MOD', '%'))} {rng.choice(('2', '3', '7', b.sql))})", kind)
        if made == 5:
            return Expr(f"-{a.sql}" if not a.sql.startswith("-") else a.sql, kind)
        if made == 6:
            return Expr(f"{rng.choice(('ABS', 'SIGN', 'FLOOR', 'CEILING', 'ROUND'))}({a.sql})", a.kind)
        if made == 7:
            return Expr(f"CAST({a.sql} AS {rng.choice(('SIGNED', 'DECIMAL(20,3)', 'DOUBLE', 'CHAR', 'FLOAT'))})",
                        "float" if a.kind == "float" else "text")
        if made == 8:
            return Expr(f"IF({self.condition(depth - 1)}, {a.sql}, {b.sql})", kind)
        if made == 9:
            return Expr(f"COALESCE({a.sql}, {b.sql})", kind)
        if made == 10:
            return Expr(f"CASE WHEN {self.condition(depth - 1)} THEN {a.sql} ELSE {b.sql} END", kind)
        if made == 11:
            return Expr(f"({self.condition(depth - 1)})", "number")
        if made == 12:
            return Expr(f"{rng.choice(('LENGTH', 'CHAR_LENGTH', 'ASCII', 'CRC32', 'BIT_LENGTH'))}({self.text(depth - 1).sql})",
                        "number")
        if made == 13:
            moment = self._column_of("moment")
            if moment is not None:
                function = rng.choice(("YEAR", "MONTH", "DAY", "DAYOFWEEK", "HOUR", "MICROSECOND", "TO_DAYS", "QUARTER"))
                return Expr(f"{function}({self.name(moment)})", "number")
        if made == 14:
            return Expr(f"{rng.choice(('GREATEST', 'LEAST'))}({a.sql}, {b.sql})", kind)
        return Expr(f"NULLIF({a.sql}, {b.sql})", kind)

    def text(self, depth=2):
        rng = self.rng
        column = self._column_of("text")
        if column is None:
            column = self.any_column()
        a = self.name(column)
        if depth == 0 or rng.random() < 0.3:
            return Expr(a, "text")
        json = self._column_of("json")
        made = rng.randrange(17)
        if made == 16 and json is not None:
            path = rng.choice(("$.t", "$.a", "$"))
            return Expr(rng.choice((f"{self.name(json)}->>'{path}'",
                                    f"JSON_UNQUOTE(JSON_EXTRACT({self.name(json)}, '{path}'))")), "text")
        return Expr(rng.choice((
            f"{rng.choice(('LOWER', 'UPPER', 'TRIM', 'RTRIM', 'LTRIM', 'REVERSE'))}({a})",
            f"CONCAT({a}, {rng.choice((schema.quoted('x'), schema.quoted(' '), schema.quoted(''), a))})",
            f"LEFT({a}, {rng.randrange(3)})",
            f"SUBSTRING({a}, {rng.randrange(1, 3)})",
            f"REPLACE({a}, 'a', '{rng.choice(('', ' ', 'A'))}')",
            f"CAST({a} AS CHAR{rng.choice(('', '(2)'))})",
            f"CAST({a} AS BINARY)",
            f"CONVERT({a} USING {rng.choice(('utf8mb4', 'latin1'))})",
            f"CONVERT({a} USING utf8mb4) COLLATE {rng.choice((schema.AI, schema.GENERAL, schema.BIN, schema.UNICODE))}",
            f"COALESCE({a}, 'none ')",
            f"IF({self.condition(depth - 1)}, {a}, ' ')",
            f"IFNULL({a}, '')",
            f"HEX({a})",
            f"LPAD({a}, 3, ' ')",
            f"RPAD({a}, 3, ' ')",
            f"CONCAT_WS(' ', {a}, {self.number(0).sql})",
        )), "text")

    def moment(self, depth=2):
        column = self._column_of("moment")
        if column is None:
            return Expr(f"FROM_UNIXTIME({self.rng.choice(('0', '86400', '1e9', '1709208000.5'))})", "moment")
        a = self.name(column)
        if depth == 0 or self.rng.random() < 0.3:
            return Expr(a, "moment")
        return Expr(self.rng.choice((
            f"DATE({a})", f"TIME({a})", f"CAST({a} AS DATE)", f"CAST({a} AS DATETIME(2))", f"CAST({a} AS TIME(1))",
            f"DATE_ADD({a}, INTERVAL {self.rng.choice(('1 DAY', '-1 MONTH', '90 MINUTE', '1.5 SECOND'))})",
            f"{a} - INTERVAL 1 HOUR", f"LAST_DAY({a})", f"COALESCE({a}, '2000-01-01')", f"IFNULL({a}, {a})",
            f"DATE_FORMAT({a}, '%Y-%m')", f"UNIX_TIMESTAMP({a})", f"NULLIF({a}, {a})", f"GREATEST({a}, {a})",
        )), "moment")

    def value(self, depth=2):
        """Something for a select list."""
        roll = self.rng.random()
        if roll < 0.45:
            return self.of_column(self.any_column())
        if roll < 0.65:
            return self.number(depth)
        if roll < 0.85 and self._columns("text"):
            return self.text(depth)
        if roll < 0.95 and self._columns("moment"):
            return self.moment(depth)
        return self.number(depth)

    def condition(self, depth=2):
        rng = self.rng
        column = self.any_column()
        a = self.name(column)
        literal = schema.literal(column, rng, 0.05)
        made = rng.randrange(18)
        if made < 5:
            return f"{a} {rng.choice(COMPARISONS)} {literal}"
        if made == 5:
            return f"{a} {rng.choice(COMPARISONS)} {schema.odd_literal(rng)}"
        if made == 6:
            return f"{a} IS {rng.choice(('', 'NOT '))}NULL"
        if made == 7:
            values = ", ".join(schema.literal(column, rng, 0.05) for _ in range(rng.randrange(1, 4)))
            return f"{a} {rng.choice(('', 'NOT '))}IN ({values})"
        if made == 8:
            return f"{a} {rng.choice(('', 'NOT '))}BETWEEN {literal} AND {schema.literal(column, rng, 0.05)}"
        if made == 9:
            pattern = rng.choice(("a%", "%b", "_", "%", "a", "A_", "% ", "\\\\%"))
            return f"{a} {rng.choice(('', 'NOT '))}LIKE '{pattern}'"
        if made == 10 and depth > 0:
            return f"NOT ({self.condition(depth - 1)})"
        if made in (11, 12) and depth > 0:
            return f"({self.condition(depth - 1)} {rng.choice(('AND', 'OR', 'XOR'))} {self.condition(depth - 1)})"
        if made == 13 and depth > 0:
            return f"{self.number(depth - 1).sql} {rng.choice(COMPARISONS)} {self.number(depth - 1).sql}"
        if made == 14 and column.is_text:
            return f"{a} {rng.choice(COMPARISONS)} {schema.literal(column, rng, 0)} COLLATE {column.collation}"
        return self.by_key()

    def by_key(self):
        """On the sharding column: one value, some values, an odd value, a range."""
        rng = self.rng
        column = self.table.column(self.table.key[0])
        a = self.name(column)
        made = rng.randrange(10)
        if made < 4:
            return f"{a} = {schema.literal(column, rng)}"
        if made < 6:
            values = ", ".join(schema.literal(column, rng) for _ in range(rng.randrange(1, 5)))
            return f"{a} IN ({values})"
        if made == 6:
            return f"{a} = {schema.odd_literal(rng)}"
        if made == 7:
            return f"{a} = '{rng.choice(('5', '05', '5.0', ' 5', '5 ', 'a', '5e0', '0x5'))}'"
        if made == 8 and len(self.table.key) > 1:
            return f"({', '.join(self.qualifier + name for name in self.table.key)}) = ({rng.randrange(1, 20)}, {rng.randrange(4)})"
        return f"{a} {rng.choice(('<', '>', '>=', '<='))} {schema.literal(column, rng)}"
