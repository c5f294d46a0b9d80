"""Random SELECT statements."""

import dataclasses

from . import schema
from .expressions import Expressions

JOINS = ((schema.NUMBERS, "id", schema.LINES, "owner"), (schema.NUMBERS, "id", schema.TEXTS, "id"),
         (schema.TEXTS, "id", schema.TIMES, "id"), (schema.LINES, "owner", schema.TIMES, "id"))


@dataclasses.dataclass
class Select:
    """A SELECT and how its answer may be compared."""

    sql: str
    ordered: bool = False   # every row has its place
    # Columns of which MySQL may give any of the values that it calls equal: index -> the expression.
    weak: dict = dataclasses.field(default_factory=dict)
    source: str = ""        # FROM and what comes before WHERE, to ask for the collation of weak columns
    # Columns whose last digits depend on the order of rows: index -> what is added up.
    inexact: dict = dataclasses.field(default_factory=dict)
    limited: bool = False   # LIMIT without order and the like: only the number of rows is said


class SelectMaker:
    """Makes SELECT statements for one random generator."""

    def __init__(self, rng):
        self.rng = rng

    def make(self):
        kinds = (self.rows, self.rows, self.rows, self.distinct, self.aggregate, self.aggregate, self.grouped, self.grouped,
                 self.grouped, self.join, self.unusual)
        return self.rng.choice(kinds)()

    def _table(self):
        return self.rng.choice(schema.TABLES[:6] + schema.TABLES[:3])

    def _where(self, expressions, chance=0.6):
        return f" WHERE {expressions.condition()}" if self.rng.random() < chance else ""

    def _limit(self):
        roll = self.rng.random()
        if roll < 0.6:
            return ""
        count = self.rng.choice((0, 1, 2, 5, 10, 1000))
        if roll < 0.8:
            return f" LIMIT {count}"
        offset = self.rng.choice((0, 1, 3, 50))
        return f" LIMIT {count} OFFSET {offset}" if roll < 0.9 else f" LIMIT {offset}, {count}"

    def _direction(self):
        return self.rng.choice(("", "", " ASC", " DESC", " DESC"))

    def _items(self, expressions, count):
        return [expressions.value() for _ in range(count)]

    def _select_list(self, items):
        """The list, and a name for each item that ORDER BY can use."""
        texts, names = [], []
        for index, item in enumerate(items):
            if self.rng.random() < 0.3:
                texts.append(f"{item.sql} AS c{index}")
                names.append(f"c{index}")
            else:
                texts.append(item.sql)
                names.append(item.sql)
        return ", ".join(texts), names

    def rows(self):
        """Rows of one table, in order or not."""
        table = self._table()
        rng = self.rng
        alias = rng.random() < 0.2
        expressions = Expressions(rng, table, "r." if alias or rng.random() < 0.1 else "")
        if expressions.qualifier and not alias:
            expressions.qualifier = table.name + "."
        source = f" FROM {table.name}" + (" AS r" if alias else "")
        if rng.random() < 0.2:
            text, names = rng.choice(("*", ("r" if alias else table.name) + ".*")), []
        else:
            text, names = self._select_list(self._items(expressions, rng.randrange(1, 5)))
        order, total = self._order(expressions, table, names)
        limit = self._limit()
        sql = f"SELECT {text}{source}{self._where(expressions)}{order}{limit}"
        if rng.random() < 0.03:
            sql += rng.choice((" FOR UPDATE", " LOCK IN SHARE MODE", " FOR SHARE"))
        return Select(sql, ordered=total, limited=bool(limit) and not total)

    def _order(self, expressions, table, names):
        if self.rng.random() < 0.35:
            return "", False
        keys = []
        for _ in range(self.rng.randrange(0, 3)):
            roll = self.rng.random()
            if names and roll < 0.2:
                keys.append(str(self.rng.randrange(1, len(names) + 1)))
            elif names and roll < 0.4:
                keys.append(self.rng.choice(names))
            elif roll < 0.7:
                keys.append(expressions.name(expressions.any_column()))
            else:
                keys.append(expressions.value().sql)
        total = self.rng.random() < 0.85 or not keys
        if total:
            keys += [expressions.qualifier + name for name in table.key]
        return " ORDER BY " + ", ".join(key + self._direction() for key in keys), total

    def distinct(self):
        """SELECT DISTINCT, ordered by all of its columns or not at all."""
        table = self._table()
        expressions = Expressions(self.rng, table)
        items = self._items(expressions, self.rng.randrange(1, 3))
        text, names = self._select_list(items)
        order, limit = "", ""
        if self.rng.random() < 0.6:
            keys = [self.rng.choice((str(index + 1), name)) for index, name in enumerate(names)]
            self.rng.shuffle(keys)
            order = " ORDER BY " + ", ".join(key + self._direction() for key in keys)
            limit = self._limit()
        return Select(f"SELECT DISTINCT {text} FROM {table.name}{self._where(expressions)}{order}{limit}", ordered=bool(order),
                      weak=dict(enumerate(item.sql for item in items)), source=f" FROM {table.name}")

    def _aggregate(self, expressions):
        """An aggregate; whether it may give any of several equal values; what it adds up, where its last digits are free."""
        rng = self.rng
        number = expressions.number(rng.choice((0, 0, 1, 2)))
        some = expressions.value(rng.choice((0, 1, 2)))
        roll = rng.randrange(24)
        if roll < 3:
            return "COUNT(*)", False, None
        if roll < 5:
            return f"COUNT({some.sql})", False, None
        if roll < 9:
            return f"SUM({number.sql})", False, number.sql
        if roll < 12:
            return f"AVG({number.sql})", False, number.sql
        if roll < 18:
            return f"{rng.choice(('MIN', 'MAX'))}({some.sql})", True, None
        if roll == 18:
            return f"COUNT(DISTINCT {some.sql})", False, None
        if roll == 19:
            return f"{rng.choice(('SUM', 'AVG'))}(DISTINCT {number.sql})", False, number.sql
        if roll == 20:
            return f"{rng.choice(('STDDEV', 'VAR_SAMP', 'VARIANCE', 'STD'))}({number.sql})", False, number.sql
        if roll == 21:
            return f"{rng.choice(('BIT_AND', 'BIT_OR', 'BIT_XOR'))}({number.sql})", False, None
        if roll == 22:
            key = ", ".join(expressions.qualifier + name for name in expressions.table.key)
            return f"GROUP_CONCAT({some.sql} ORDER BY {key})", False, None
        return rng.choice((f"SUM({number.sql}) / COUNT(*)", "COUNT(*) + 1", f"COALESCE(SUM({number.sql}), 0)",
                           f"MAX({number.sql}) - MIN({number.sql})")), False, number.sql

    def _aggregates(self, expressions, first, count):
        texts, weak, inexact = [], {}, {}
        for index in range(first, first + count):
            text, is_weak, added = self._aggregate(expressions)
            if is_weak:
                weak[index] = text
            if added:
                inexact[index] = added
            texts.append(text + (f" AS a{index}" if self.rng.random() < 0.3 else ""))
        return texts, weak, inexact

    def aggregate(self):
        """Aggregates over all rows."""
        table = self._table()
        expressions = Expressions(self.rng, table)
        texts, weak, inexact = self._aggregates(expressions, 0, self.rng.randrange(1, 4))
        if self.rng.random() < 0.1:
            texts.append(self.rng.choice(("'x'", "1", "NULL", "1.50", "COUNT(*) > 5")))
        tail = self._limit() if self.rng.random() < 0.2 else ""
        if self.rng.random() < 0.05:
            tail = f" HAVING COUNT(*) > {self.rng.randrange(30)}"
        return Select(f"SELECT {', '.join(texts)} FROM {table.name}{self._where(expressions)}{tail}", ordered=True, weak=weak,
                      source=f" FROM {table.name}", inexact=inexact)

    def grouped(self):
        """GROUP BY columns, expressions, ordinals or aliases."""
        table = self._table()
        rng = self.rng
        expressions = Expressions(rng, table)
        keys = self._items(expressions, rng.choice((1, 1, 1, 2)))
        weak, group, texts, order = {}, [], [], []
        for index, key in enumerate(keys):
            weak[index] = key.sql
            roll = rng.random()
            if roll < 0.25:
                texts.append(f"{key.sql} AS g{index}")
                group.append(f"g{index}")
            elif roll < 0.4:
                texts.append(key.sql)
                group.append(str(index + 1))
            else:
                texts.append(key.sql)
                group.append(key.sql)
            order.append(rng.choice((str(index + 1), group[-1])))
        more, more_weak, inexact = self._aggregates(expressions, len(keys), rng.randrange(0, 3))
        weak.update(more_weak)
        where = self._where(expressions, 0.4)
        having = ""
        if rng.random() < 0.1:
            having = " HAVING " + rng.choice(("COUNT(*) > 1", f"{keys[0].sql} IS NOT NULL", f"MAX({keys[0].sql}) IS NULL"))
        tail, ordered = "", rng.random() < 0.5
        if ordered:
            rng.shuffle(order)
            if rng.random() < 0.3 and more and not inexact:
                order.insert(0, rng.choice((str(len(keys) + 1), more[0].split(" AS ")[0])))
            tail = " ORDER BY " + ", ".join(key + self._direction() for key in order) + self._limit()
        return Select(f"SELECT {', '.join(texts + more)} FROM {table.name}{where} GROUP BY {', '.join(group)}{having}{tail}",
                      ordered=ordered, weak=weak, source=f" FROM {table.name}", inexact=inexact)

    def join(self):
        """Two tables by their sharding columns, or (refused) by others."""
        rng = self.rng
        left, left_key, right, right_key = rng.choice(JOINS)
        a, b = Expressions(rng, left, "a."), Expressions(rng, right, "b.")
        kind = rng.choice(("JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "INNER JOIN"))
        condition = f"a.{left_key} = b.{right_key}"
        if rng.random() < 0.15:
            condition += f" AND {b.condition(1)}"
        source = f" FROM {left.name} AS a {kind} {right.name} AS b ON {condition}"
        where = self._where(rng.choice((a, b)))
        if rng.random() < 0.3:
            keys = rng.choice((f"a.{left_key}", a.value(1).sql, b.value(1).sql))
            texts, weak, inexact = self._aggregates(rng.choice((a, b)), 1, rng.randrange(1, 3))
            weak[0] = keys
            return Select(f"SELECT {', '.join([keys] + texts)}{source}{where} GROUP BY {keys}", weak=weak, source=source,
                          inexact=inexact)
        text = rng.choice(("*", "a.*", ", ".join((a.value().sql, b.value().sql, a.value().sql))))
        order, limit = "", ""
        if rng.random() < 0.5:
            extra = rng.choice((a, b)).value(1).sql
            order = f" ORDER BY {extra}{self._direction()}, " + ", ".join(
                [f"a.{name}" for name in left.key] + [f"b.{name}" for name in right.key])
            limit = self._limit()
        return Select(f"SELECT {text}{source}{where}{order}{limit}", ordered=bool(order))

    def unusual(self):
        """Constructs of which many are refused, and statements that are wrong."""
        rng = self.rng
        table = self._table()
        e = Expressions(rng, table)
        key = table.key[0]
        a, b = e.any_column().name, e.value(1).sql
        sql = rng.choice((
            f"SELECT {a} FROM {table.name} WHERE {key} IN (SELECT id FROM numbers WHERE i > 0)",
            f"SELECT {a} FROM {table.name} WHERE EXISTS (SELECT 1 FROM lines_ WHERE owner = {key})",
            f"SELECT {a} FROM {table.name} UNION SELECT {a} FROM {table.name}",
            f"SELECT {a} FROM {table.name} UNION ALL SELECT {b} FROM {table.name}",
            f"SELECT * FROM (SELECT {key} AS k, {b} AS v FROM {table.name}) AS inner_",
            f"SELECT k, COUNT(*) FROM (SELECT {key} AS k FROM {table.name}) AS inner_ GROUP BY k",
            f"WITH c AS (SELECT {key} AS k FROM {table.name}) SELECT COUNT(*) FROM c",
            f"SELECT {key}, ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY {key}) FROM {table.name}",
            f"SELECT {key}, RANK() OVER (ORDER BY {key}) FROM {table.name}",
            f"SELECT {a}, COUNT(*) FROM {table.name} GROUP BY {a} WITH ROLLUP",
            f"SELECT nothing FROM {table.name}",
            f"SELECT {a} FROM {table.name} ORDER BY nothing",
            f"SELECT {a} FROM {table.name} ORDER BY 7",
            f"SELECT {a} FROM {table.name} GROUP BY 9",
            f"SELECT {a}, COUNT(*) FROM {table.name}",
            f"SELECT {a}, {b} FROM {table.name} GROUP BY {a}",
            f"SELECT COUNT(*) FROM {table.name} ORDER BY nothing",
            f"SELECT COUNT(*) FROM {table.name} ORDER BY {key}",
            f"SELECT DISTINCT {a} FROM {table.name} ORDER BY {key}",
            f"SELECT SUM(COUNT(*)) FROM {table.name}",
            f"SELECT {a} FROM {table.name} WHERE COUNT(*) > 1",
            f"SELECT {a} FROM {table.name} HAVING {a} IS NULL",
            f"SELECT {key} FROM {table.name} NATURAL JOIN numbers",
            f"SELECT numbers.{key} FROM {table.name}",
            f"SELECT {a} FROM nowhere",
            f"SELECT {a} FROM {table.name} LIMIT -1",
            f"SELECT COUNT(*), {key} IS NULL FROM {table.name} GROUP BY 2",
            f"SELECT {b} AS {key} FROM {table.name} ORDER BY {key}, {key} + 0",
            "SELECT MATCH (ai) AGAINST ('a') FROM texts",
            f"SELECT 1 FROM {table.name} WHERE {key} = (SELECT MAX({key}) FROM {table.name})",
            f"SELECT COUNT(*) FROM {table.name} WHERE {key} = 5 AND {a} IN (SELECT {a} FROM {table.name} WHERE {key} = 5)",
            f"SELECT {key} INTO @x FROM {table.name} LIMIT 1",
            f"TABLE {table.name}",
            f"SELECT a.{key} FROM {table.name} a JOIN {table.name} b ON a.{a} = b.{a}",
            f"(SELECT {a} FROM {table.name})",
            f"SELECT SQL_CALC_FOUND_ROWS {a} FROM {table.name} LIMIT 2",
            f"SELECT DISTINCT COUNT(*) FROM {table.name} GROUP BY {a}",
            f"SELECT ALL {a} FROM {table.name}",
            f"SELECT {a}, {a} FROM {table.name} ORDER BY {a}, {key}",
            f"SELECT @@sql_mode, @@time_zone, COUNT(*) FROM {table.name}",
            f"SELECT JSON_ARRAYAGG({key}) FROM {table.name}",
            f"SELECT ANY_VALUE(1), MAX({key}) FROM {table.name} GROUP BY {a}",
        ))
        # Without ONLY_FULL_GROUP_BY, a column that is no group may come from any row.
        return Select(sql, limited="GROUP BY" in sql)
