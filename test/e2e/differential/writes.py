"""Random INSERT, REPLACE, UPDATE and DELETE statements."""

from . import schema
from .expressions import Expressions


class WriteMaker:
    """Makes statements that change one table."""

    def __init__(self, rng):
        self.rng = rng

    def make(self):
        """A table and a statement that may change it."""
        table = self.rng.choice(schema.TABLES)
        kinds = (self.insert, self.insert, self.upsert, self.replace, self.update, self.update, self.update, self.delete)
        return table, self.rng.choice(kinds)(table)

    def row(self, table, columns, odd=0.02):
        """One row of VALUES."""
        values = []
        for column in columns:
            if column.default and self.rng.random() < 0.1:
                values.append("DEFAULT")
            elif self.rng.random() < odd:
                values.append(schema.odd_literal(self.rng))
            else:
                values.append(schema.literal(column, self.rng))
        return "(" + ", ".join(values) + ")"

    def columns(self, table):
        """Columns for an INSERT: all, or some that contain the key."""
        chosen = [column for column in table.columns
                  if column.name != table.auto and (column.name in table.key or self.rng.random() < 0.7)]
        self.rng.shuffle(chosen)
        return chosen

    def insert(self, table):
        rng = self.rng
        columns = self.columns(table)
        names = ", ".join(column.name for column in columns)
        ignore = " IGNORE" if rng.random() < 0.25 else ""
        if not columns:
            return f"INSERT{ignore} INTO {table.name} () VALUES ()"
        if rng.random() < 0.15:
            sets = ", ".join(f"{column.name} = {schema.literal(column, rng)}" for column in columns)
            return f"INSERT{ignore} INTO {table.name} SET {sets}"
        rows = ", ".join(self.row(table, columns) for _ in range(rng.choice((1, 1, 2, 3, 6))))
        if rng.random() < 0.1 and table.auto is None:
            rows = ", ".join(self.row(table, table.columns) for _ in range(2))
            return f"INSERT{ignore} INTO {table.name} VALUES {rows}"
        return f"INSERT{ignore} INTO {table.name} ({names}) VALUES {rows}"

    def upsert(self, table):
        rng = self.rng
        columns = [column for column in self.columns(table) if column.name not in table.key]
        if not columns or table.auto:
            return self.insert(table)
        column = rng.choice(columns)
        value = rng.choice((f"VALUES({column.name})", schema.literal(column, rng), column.name, "NULL"))
        if column.is_number:
            value = rng.choice((value, f"{column.name} + 1", f"VALUES({column.name}) + 0"))
        return f"{self.insert_rows(table, columns)} ON DUPLICATE KEY UPDATE {column.name} = {value}"

    def insert_rows(self, table, columns):
        columns = [table.column(name) for name in table.key] + columns
        rows = ", ".join(self.row(table, columns, 0) for _ in range(self.rng.choice((1, 2, 4))))
        return f"INSERT INTO {table.name} ({', '.join(column.name for column in columns)}) VALUES {rows}"

    def replace(self, table):
        if table.auto:
            return self.insert(table)
        columns = [column for column in self.columns(table) if column.name not in table.key]
        return "REPLACE" + self.insert_rows(table, columns)[len("INSERT"):]

    def update(self, table):
        rng = self.rng
        expressions = Expressions(rng, table)
        columns = [column for column in table.columns if column.name not in table.key]
        sets = []
        for column in rng.sample(columns, min(len(columns), rng.choice((1, 1, 2)))):
            value = schema.literal(column, rng)
            roll = rng.random()
            if roll < 0.1:
                value = schema.odd_literal(rng)
            elif roll < 0.5 and column.is_number:
                value = expressions.number(1).sql
            elif roll < 0.5 and column.is_text:
                value = f"CONCAT({column.name}, 'x')"
            elif roll < 0.5:
                value = column.name
            sets.append(f"{column.name} = {value}")
        ignore = " IGNORE" if rng.random() < 0.1 else ""
        where = f" WHERE {expressions.condition()}" if rng.random() < 0.9 else ""
        tail = rng.choice((" LIMIT 2", f" ORDER BY {table.key[0]} LIMIT 1", f" ORDER BY {table.key[0]}")) \
            if rng.random() < 0.05 else ""
        return f"UPDATE{ignore} {table.name} SET {', '.join(sets)}{where}{tail}"

    def delete(self, table):
        expressions = Expressions(self.rng, table)
        return f"DELETE FROM {table.name} WHERE {expressions.by_key()} AND {expressions.condition()}"
