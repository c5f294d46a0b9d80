"""Sends the same statements to the gateway and to the reference, and keeps what differs."""

import collections
import dataclasses
import random

from . import schema
from .compare import Comparison, Canonical, construct_of
from .parameters import parameterize
from .selects import SelectMaker
from .writes import WriteMaker

REFUSED = 1235
_DISTINCT_ORDER = 3065  # ER_FIELD_IN_ORDER_NOT_SELECT
_MODES = ("ONLY_FULL_GROUP_BY", "STRICT_TRANS_TABLES", "NO_ZERO_IN_DATE", "NO_ZERO_DATE", "ERROR_FOR_DIVISION_BY_ZERO",
          "NO_ENGINE_SUBSTITUTION")
_DEFAULT_MODE = ",".join(_MODES)
# NOW() on both servers.
_TIMESTAMP = "SET timestamp = 1700000000.123456"


@dataclasses.dataclass
class Finding:
    """A statement whose two answers differ."""

    number: int
    session: tuple
    sql: str
    parameters: list
    differences: list

    def __str__(self):
        text = f"#{self.number} {'; '.join(self.session)}\n  {self.sql}"
        if self.parameters is not None:
            text += f"\n  parameters {self.parameters}"
        return text + "".join(f"\n    {line[:1500]}" for line in self.differences)


def session_settings(rng):
    """SET statements for a fresh session."""
    mode = rng.choice((_DEFAULT_MODE,) * 6 + (
        _DEFAULT_MODE.replace("ONLY_FULL_GROUP_BY,", ""), "ANSI_QUOTES," + _DEFAULT_MODE, "ONLY_FULL_GROUP_BY",
        "NO_BACKSLASH_ESCAPES," + _DEFAULT_MODE, "PIPES_AS_CONCAT," + _DEFAULT_MODE))
    names = rng.choice(("utf8mb4",) * 5 + ("latin1", "utf8mb4 COLLATE utf8mb4_unicode_ci", "utf8mb4 COLLATE utf8mb4_bin",
                                           "utf8mb4 COLLATE utf8mb4_general_ci"))
    zone = rng.choice(("+00:00", "+00:00", "+05:30", "-11:00"))
    return f"SET NAMES {names}", f"SET sql_mode = '{mode}'", f"SET time_zone = '{zone}'"


class Run:
    """One run: `gateway` and `reference` are functions that open a Client in the sharded keyspace."""

    def __init__(self, gateway, reference, seed, report=lambda text: None):
        self.open_gateway = gateway
        self.open_reference = reference
        self.seed = seed
        self.report = report
        self.number = 0
        self.findings = []
        self.refused = collections.Counter()
        self.examples = {}
        self.answered = collections.Counter()
        self.errors = collections.Counter()
        self.checker = reference()
        self.canonical = Canonical(self.checker)
        self.session = ()
        self.next_id = 0
        self.open()

    def open(self):
        self.gateway = self.open_gateway()
        self.reference = self.open_reference()
        self.both(_TIMESTAMP, kind="session")

    def close(self):
        for client in (self.gateway, self.reference):
            client.close()

    def both(self, sql, select=None, parameters=None, kind="other"):
        """Runs a statement on both. False when the gateway refuses it: then only it has seen it."""
        self.number += 1
        got = self.gateway.run(sql, parameters)
        if got.error and got.error[0] == REFUSED:
            construct = construct_of(got.error[2])
            self.refused[construct] += 1
            self.examples.setdefault(construct, sql)
            return False
        expected = self.reference.run(sql, parameters)
        if got.error and got.error[0] == _DISTINCT_ORDER and not expected.error:
            # MySQL answers it without ONLY_FULL_GROUP_BY; README.md says so.
            self.refused["SELECT DISTINCT ordered by other columns"] += 1
            self.examples.setdefault("SELECT DISTINCT ordered by other columns", sql)
            return False
        self.answered[kind] += 1
        if expected.error:
            self.errors[expected.error[0]] += 1
        lines = Comparison(select, self.canonical, parameters).differences(expected, got)
        if lines:
            self.find(sql, parameters, lines)
        return True

    def find(self, sql, parameters, lines):
        finding = Finding(self.number, self.session, sql, parameters, lines)
        self.findings.append(finding)
        self.report(str(finding))

    def create(self):
        for table in schema.TABLES:
            self.both(table.create(), kind="create")

    def load(self):
        """Rows for every table, the same whatever happened before."""
        rng = random.Random(f"{self.seed}/rows")
        writes = WriteMaker(rng)
        for table in schema.TABLES:
            columns = [column for column in table.columns if column.name != table.auto]
            names = ", ".join(column.name for column in columns)
            for _ in range(12):
                rows = ", ".join(writes.row(table, columns, odd=0) for _ in range(6))
                self.both(f"INSERT IGNORE INTO {table.name} ({names}) VALUES {rows}", kind="load")

    def align_ids(self):
        """Which ids a failed INSERT uses up, nobody says: lets both servers go on from the same one."""
        table = schema.AUTO
        self.next_id += 1000
        for client in (self.gateway, self.reference):
            client.rows(f"INSERT INTO {table.name} ({table.auto}) VALUES ({self.next_id})")
            client.rows(f"DELETE FROM {table.name} WHERE {table.auto} = {self.next_id}")

    def same_content(self, tables=schema.TABLES):
        """Whether the tables have the same rows on both; differences become findings."""
        same = True
        for table in tables:
            before = len(self.findings)
            self.both(f"SELECT * FROM {table.name}", kind="content")
            same = same and len(self.findings) == before
        return same

    def resynchronize(self):
        """A fresh session and the rows of the beginning."""
        self.close()
        self.session = ()
        self.open()
        self.align_ids()
        for table in schema.TABLES:
            for client in (self.gateway, self.reference):
                client.rows(f"DELETE FROM {table.name}")
        self.load()

    def new_session(self, rng):
        self.close()
        self.open()
        settings = session_settings(rng)
        self.session = ()
        for sql in settings:
            self.both(sql, kind="session")
        self.session = tuple(text[len("SET "):] for text in settings)
        encoding = "cp1252" if "latin1" in settings[0] else "utf-8"
        self.gateway.encoding = self.reference.encoding = encoding
        self.canonical.settle(settings[0], encoding)

    def statement(self, rng, sql, select=None, kind="select"):
        """Runs a statement in the session's character set, as text or with parameters."""
        encoding = self.gateway.encoding
        sql = sql.encode(encoding, "replace").decode(encoding)
        parameters = None
        if rng.random() < 0.35:
            sql, parameters = parameterize(sql, rng, rng.choice((0, 0.5, 1)))
        return self.both(sql, select, parameters, kind)

    def selects(self, rng, count):
        maker = SelectMaker(rng)
        for _ in range(count):
            select = maker.make()
            self.statement(rng, select.sql, select)

    def writes(self, rng, count):
        maker = WriteMaker(rng)
        for _ in range(count):
            table, sql = maker.make()
            before = len(self.findings)
            self.statement(rng, sql, kind="write")
            if table.auto:
                self.align_ids()
            if not self.same_content((table,)) or len(self.findings) > before:
                self.both("ROLLBACK", kind="transaction")
                self.resynchronize()
                return

    def transaction(self, rng):
        before = len(self.findings)
        self.both(rng.choice(("BEGIN", "START TRANSACTION", "SET autocommit = 0")), kind="transaction")
        for step in range(rng.randrange(1, 4)):
            if rng.random() < 0.5:
                self.both(f"SAVEPOINT s{step}", kind="transaction")
            self.writes(rng, rng.randrange(1, 3))
            self.selects(rng, 3)
            if len(self.findings) > before:
                break
            if rng.random() < 0.4:
                self.both(f"ROLLBACK TO SAVEPOINT s{rng.randrange(step + 1)}", kind="transaction")
        self.both(rng.choice(("COMMIT", "ROLLBACK", "ROLLBACK")), kind="transaction")
        self.both("SET autocommit = 1", kind="transaction")
        if not self.same_content():
            self.resynchronize()

    def go(self, count):
        """At least `count` statements in sessions of some dozens each."""
        while self.number < count:
            rng = random.Random(f"{self.seed}/{self.number}")
            self.new_session(rng)
            self.selects(rng, 40)
            self.writes(rng, 8)
            if rng.random() < 0.5:
                self.transaction(rng)

    def summary(self):
        refused = sum(self.refused.values())
        answered = sum(self.answered.values())
        lines = [f"seed {self.seed}: {answered + refused} statements, {answered} answered "
                 f"({', '.join(f'{kind} {n}' for kind, n in sorted(self.answered.items()))}; "
                 f"{sum(self.errors.values())} with an error), {refused} refused, {len(self.findings)} differ"]
        lines += [f"  refused {n:5}: {construct}" for construct, n in self.refused.most_common()]
        return "\n".join(lines)
