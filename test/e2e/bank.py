"""Money transfers as a load whose result can be checked.

Each transfer moves money between two accounts of one shard in one transaction and counts itself on
both rows. At the end no money may have appeared or vanished, and every acknowledged transfer must
be there. What was unacknowledged (an error at COMMIT, a cut connection) may be there or not, but
never by half.
"""

import random
import threading
import time

import pymysql

ACCOUNTS, OPENING_BALANCE = 64, 1000
VSCHEMA = {
    "sharded": True,
    "vindexes": {"hash": {"type": "hash"}},
    "tables": {"account": {"column_vindexes": [{"column": "id", "name": "hash"}]}},
}
_SCHEMA = ("CREATE TABLE account (id BIGINT NOT NULL PRIMARY KEY, balance BIGINT NOT NULL, "
           "transfers BIGINT NOT NULL)")


class Teller(threading.Thread):
    """One client that transfers until it is told to stop; after an error it connects again."""

    def __init__(self, connect, groups, seed):
        super().__init__(daemon=True)
        self._connect = connect
        self._groups = groups
        self._random = random.Random(seed)
        self._connection = None
        self.stopping = threading.Event()
        self.acknowledged = 0
        self.unknown = 0
        self.errors = []           # (time, text)
        self.slowest = 0.0         # seconds of the longest statement, connects included
        self.last_success = {}     # group number -> time.monotonic()
        self.crash = None

    def run(self):
        try:
            while not self.stopping.is_set():
                self._transfer()
        except Exception as error:  # pylint: disable=broad-except
            self.crash = error

    def _timed(self, function, *arguments):
        started = time.monotonic()
        try:
            return function(*arguments)
        finally:
            self.slowest = max(self.slowest, time.monotonic() - started)

    def _transfer(self):
        number = self._random.randrange(len(self._groups))
        first, second = sorted(self._random.sample(self._groups[number], 2))
        amount = self._random.randint(-50, 50)
        committing = False
        try:
            if self._connection is None:
                self._connection = self._timed(self._connect)
            with self._connection.cursor() as cursor:
                self._timed(cursor.execute, "BEGIN")
                for account, change in ((first, -amount), (second, amount)):
                    self._timed(cursor.execute, f"UPDATE account SET balance = balance + {change}, "
                                                f"transfers = transfers + 1 WHERE id = {account}")
                    if cursor.rowcount != 1:
                        raise AssertionError(f"account {account}: {cursor.rowcount} rows changed")
                committing = True
                self._timed(cursor.execute, "COMMIT")
            self.acknowledged += 1
            self.last_success[number] = time.monotonic()
        except (pymysql.MySQLError, OSError) as error:
            self.unknown += committing
            self.errors.append((time.monotonic(), f"{type(error).__name__}{error.args}"))
            if self._connection is not None:
                try:
                    self._connection.close()
                except Exception:  # pylint: disable=broad-except
                    pass
            self._connection = None
            self.stopping.wait(0.05)


class Bank:
    """The accounts of a keyspace and the tellers at work on them."""

    def __init__(self, test, keyspace, shards):
        self._test = test
        self._keyspace = keyspace
        self._shards = shards
        connection = test.connect(keyspace)
        test.execute(connection, "DROP TABLE IF EXISTS account")
        test.execute(connection, _SCHEMA)
        test.execute(connection, "INSERT INTO account (id, balance, transfers) VALUES " +
                     ", ".join(f"({i}, {OPENING_BALANCE}, 0)" for i in range(1, ACCOUNTS + 1)))
        self.groups = [[row[0] for row in test.on_shard(keyspace, shard, "SELECT id FROM account")]
                       for shard in shards]
        test.assertEqual(sum(map(len, self.groups)), ACCOUNTS)
        self.tellers = []

    def open(self, count=6):
        def connect():
            return self._test.cluster.connect(self._keyspace, connect_timeout=30, read_timeout=60)
        self.tellers = [Teller(connect, self.groups, seed) for seed in range(count)]
        for teller in self.tellers:
            teller.start()
        self.wait_for_success(10)

    def acknowledged(self):
        return sum(teller.acknowledged for teller in self.tellers)

    def errors(self):
        return sorted(error for teller in self.tellers for error in teller.errors)

    def wait_for_success(self, timeout, shards=None):
        """Waits until transfers that began after now have been acknowledged on the given shards."""
        since = time.monotonic()
        wanted = range(len(self.groups)) if shards is None else [self._shards.index(s) for s in shards]
        while time.monotonic() < since + timeout:
            if all(any(teller.last_success.get(group, 0) > since + 0.2 for teller in self.tellers)
                   for group in wanted):
                return time.monotonic() - since
            time.sleep(0.05)
        self._test.fail(f"no transfer on {shards or self._shards} within {timeout} s; last errors: {self.errors()[-3:]}")

    def close(self, slowest):
        """Stops the tellers; none may have hung for longer than `slowest` seconds."""
        for teller in self.tellers:
            teller.stopping.set()
        for teller in self.tellers:
            teller.join(slowest + 5)
            self._test.assertFalse(teller.is_alive(), "a client hangs")
            if teller.crash:
                raise teller.crash
        self._test.assertLess(max(teller.slowest for teller in self.tellers), slowest, "a statement took too long")

    def check(self):
        """The books balance, on the shards themselves and through the gateway."""
        rows = [row for shard in self._shards
                for row in self._test.on_shard(self._keyspace, shard, "SELECT id, balance, transfers FROM account")]
        self._test.assertEqual(len({row[0] for row in rows}), ACCOUNTS)
        for shard, group in zip(self._shards, self.groups):
            balance = sum(row[1] for row in rows if row[0] in group)
            self._test.assertEqual(balance, len(group) * OPENING_BALANCE, f"money of {shard}")
        sides = sum(row[2] for row in rows)
        acknowledged = self.acknowledged()
        unknown = sum(teller.unknown for teller in self.tellers)
        self._test.assertEqual(sides % 2, 0, "a transfer is there by half")
        self._test.assertGreaterEqual(sides // 2, acknowledged, "an acknowledged transfer is lost")
        self._test.assertLessEqual(sides // 2, acknowledged + unknown, "a failed transfer is there")
        through_gateway = self._test.execute(
            self._test.connect(self._keyspace), "SELECT COUNT(*), SUM(balance), SUM(transfers) FROM account")
        self._test.assertEqual([tuple(map(int, row)) for row in through_gateway],
                               [(ACCOUNTS, ACCOUNTS * OPENING_BALANCE, sides)])
