#!/usr/bin/python3
"""sysbench, as it comes with Debian, on a keyspace with two shards and on an unsharded one.

Nothing but host and port is changed: the tables shard themselves by their primary keys. After each
run the shards are read directly and compared with what the gateway says and what sysbench wrote.
"""

import ctypes
import os
import unittest

import sysbench
from harness import SHARDS, ClusterTest, Keyspace

SECONDS = int(os.environ.get("KEYSPAN_SYSBENCH_SECONDS", "4"))
TABLES, SIZE, THREADS = 4, 10000, 8
# sysbench retries deadlocks and counts them as ignored errors; plain MySQL gives some too. Of the
# transactions, and one in a run that is too short for such a rate.
MOST_DEADLOCKS = 0.002

_xxhash = ctypes.CDLL("libxxhash.so.0")
_xxhash.XXH64.restype = ctypes.c_uint64


def shard_of(key):
    """Where the vindex `xxhash` puts a number: XXH64 of its decimal text, low byte first."""
    text = str(key).encode()
    hashed = _xxhash.XXH64(text, ctypes.c_size_t(len(text)), ctypes.c_uint64(0))
    return "-80" if hashed & 0xFF < 0x80 else "80-"


class SysbenchTest(ClusterTest):
    keyspaces = (Keyspace("plain"), Keyspace("sharded", SHARDS))

    def sysbench(self, test, action, database, **options):
        options = {"tables": TABLES, "table_size": SIZE, "threads": THREADS, **options}
        if action == "run":
            options.setdefault("time", SECONDS)
        command = sysbench.command(test, action, self.cluster.ports.vtgate_mysql, database, **options)
        output = self.check_program(command, timeout=180)
        self.assertNotIn("FATAL", output)
        self.assertNotIn("ALERT", output)
        report = sysbench.parse(output)
        if action == "run":
            self.assertEqual(report.reconnects, 0, output)
            self.assertLessEqual(report.ignored_errors, 1 + MOST_DEADLOCKS * report.transactions, output)
            self.assertGreater(report.queries, 0 if test == "bulk_insert" else 100, output)
            print(f"    {test} {database} {options.get('db_ps_mode', '')}: {report.queries / SECONDS:.0f} queries/s")
        return report

    def shard_rows(self, database, table):
        """{shard: [(id, k)]} straight from the servers."""
        shards = SHARDS if database == "sharded" else ("0",)
        return {shard: self.on_shard(database, shard, f"SELECT id, k FROM {table}") for shard in shards}

    def check_tables(self, database, tables=None, rows_per_table=None):
        """Rows lie where the vindex says, once each, and the gateway counts and sums them right."""
        connection = self.connect(database)
        for table in tables or [f"sbtest{n}" for n in range(1, TABLES + 1)]:
            by_shard = self.shard_rows(database, table)
            everything = [row for rows in by_shard.values() for row in rows]
            if database == "sharded":
                for shard, rows in by_shard.items():
                    self.assertGreater(len(rows), len(everything) // 4, f"{table} on {shard}")
                    self.assertEqual([row[0] for row in rows if shard_of(row[0]) != shard], [], f"{table} on {shard}")
            self.assertEqual(len({row[0] for row in everything}), len(everything), f"a key of {table} is twice there")
            if rows_per_table is not None:
                self.assertEqual(len(everything), rows_per_table, table)
            through_gateway = self.execute(connection, f"SELECT COUNT(*), SUM(k), MIN(id), MAX(id) FROM {table}")
            keys = [row[0] for row in everything]
            self.assertEqual([tuple(map(int, row)) for row in through_gateway],
                             [(len(everything), sum(row[1] for row in everything), min(keys), max(keys))])

    def run_oltp(self, database, ps_mode):
        options = {"db_ps_mode": ps_mode}
        self.sysbench("oltp_read_write", "prepare", database, **options)
        try:
            self.check_tables(database, rows_per_table=SIZE)
            self.sysbench("oltp_read_write", "run", database, **options)
            # Each transaction deletes a row and inserts it again.
            self.check_tables(database, rows_per_table=SIZE)
            for test in ("oltp_point_select", "select_random_ranges", "select_random_points", "oltp_update_index",
                         "oltp_update_non_index", "oltp_read_only"):
                self.sysbench(test, "run", database, time=max(1, SECONDS // 2), **options)
            self.check_tables(database, rows_per_table=SIZE)
            before = self.total_rows(database)
            report = self.sysbench("oltp_insert", "run", database, time=max(1, SECONDS // 2), **options)
            self.assertEqual(self.total_rows(database) - before, report.writes)
            self.check_tables(database)
            self.sysbench("oltp_write_only", "run", database, time=max(1, SECONDS // 2), **options)
            self.sysbench("oltp_delete", "run", database, time=1, **options)
            self.check_tables(database)
        finally:
            self.sysbench("oltp_read_write", "cleanup", database, **options)
        self.assertEqual(self.execute(self.connect(database), "SHOW TABLES"), [])

    def total_rows(self, database):
        return sum(len(rows) for n in range(1, TABLES + 1)
                   for rows in self.shard_rows(database, f"sbtest{n}").values())

    def test_sharded_prepared_statements(self):
        self.run_oltp("sharded", "auto")

    def test_sharded_text(self):
        self.run_oltp("sharded", "disable")

    def test_unsharded(self):
        self.run_oltp("plain", "auto")

    def test_bulk_insert(self):
        for ps_mode in ("auto", "disable"):
            options = {"threads": 2, "db_ps_mode": ps_mode}
            self.sysbench("bulk_insert", "prepare", "sharded", **options)
            try:
                self.sysbench("bulk_insert", "run", "sharded", time=2, **options)
                self.check_tables("sharded", tables=["sbtest1", "sbtest2"])
            finally:
                self.sysbench("bulk_insert", "cleanup", "sharded", **options)


if __name__ == "__main__":
    unittest.main()
