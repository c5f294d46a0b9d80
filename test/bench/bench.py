"""The benchmark behind test/bench/run."""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../../scripts"), os.path.join(HERE, "../e2e"), HERE]

# pylint: disable=wrong-import-position
import measure  # noqa: E402
import pymysql  # noqa: E402
import sysbench  # noqa: E402
import targets  # noqa: E402
from cluster import ClusterError, SOURCE  # noqa: E402
from cluster.cluster import Cluster, Keyspace  # noqa: E402
from cluster.ports import FreePorts  # noqa: E402

DATABASE = "sbtest"


def parse_options():
    parser = argparse.ArgumentParser(prog="test/bench/run", formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="times that each target is measured")
    parser.add_argument("--time", type=int, default=4, help="seconds per measurement")
    parser.add_argument("--warmup", type=int, default=1, help="seconds before each measurement that do not count")
    parser.add_argument("--threads", default="16", help="sysbench threads; a list makes several tables")
    parser.add_argument("--workloads", default="oltp_point_select", help="sysbench tests, comma-separated")
    parser.add_argument("--ps", default="disable,auto", help="text protocol (disable) and prepared (auto)")
    parser.add_argument("--targets", default="direct,haproxy,router,keyspan")
    parser.add_argument("--tables", type=int, default=2)
    parser.add_argument("--table-size", type=int, default=10000)
    parser.add_argument("--proxy-threads", type=int, default=os.cpu_count())
    parser.add_argument("--idle-connections", type=int, default=500, help="0 leaves the memory measurement out")
    parser.add_argument("--sharded", action="store_true", help="our keyspace is sharded, with one shard")
    parser.add_argument("--performance-schema", action="store_true")
    parser.add_argument("--vtgate-flags", default="", help="further flags for vtgate")
    parser.add_argument("--vttablet-flags", default="", help="further flags for vttablet")
    parser.add_argument("--json", help="write every single measurement to this file")
    options = parser.parse_args()
    options.threads = [int(word) for word in options.threads.split(",")]
    for name in ("workloads", "ps", "targets"):
        setattr(options, name, getattr(options, name).split(","))
    return options


class Bench:
    """One cluster with one mysqld, the proxies before it, and the measurements."""

    def __init__(self, options):
        self.options = options
        self.root = tempfile.mkdtemp(prefix="keyspan-bench-")
        self.ports = FreePorts()
        self.cluster = Cluster(
            self.root, self.ports, [Keyspace(DATABASE, ("-",) if options.sharded else ("0",))],
            vtgate_flags=[f"--threads={options.proxy_threads}", *options.vtgate_flags.split()],
            vttablet_flags=options.vttablet_flags.split(),
            mysql_options={"buffer_pool": "512M", "performance_schema": options.performance_schema,
                           "extra": "max-connections = 5000"})
        self.mysql = self.cluster.tablets[0].mysql
        self.targets = []
        self.results = []

    def start(self):
        if "keyspan" in self.options.targets:
            self.cluster.up()
        else:
            self.start_mysqld_alone()
        connection = self.mysql.connect()
        with connection.cursor() as cursor:
            cursor.execute("SET sql_log_bin = 0")
            cursor.execute("CREATE USER app@'%' IDENTIFIED BY 'app'")
            cursor.execute("GRANT ALL ON *.* TO app@'%'")
        connection.close()
        threads = self.options.proxy_threads
        makers = {
            "direct": lambda: targets.direct(self.mysql),
            "haproxy": lambda: targets.haproxy(self.root, self.ports.take(), self.mysql, threads),
            "router": lambda: targets.router(self.root, self.ports.take(), self.mysql, threads),
            "keyspan": lambda: targets.Target("keyspan", self.ports.vtgate_mysql,
                                              [self.cluster.vtgate, self.cluster.tablets[0].process]),
        }
        for name in self.options.targets:
            target = makers[name]()
            self.targets.append(target)
            for process in target.processes:
                if not process.alive():
                    process.start()
                process.wait_until(lambda port=target.port: self.accepts(port), 30, "accept connections")

    def start_mysqld_alone(self):
        os.makedirs(os.path.join(self.root, "log"))
        self.mysql.prepare()
        self.mysql.start()
        self.mysql.wait_ready()
        connection = self.mysql.connect()
        with connection.cursor() as cursor:
            cursor.execute("SET GLOBAL super_read_only = OFF")
            cursor.execute("SET GLOBAL read_only = OFF")
            cursor.execute(f"CREATE DATABASE {DATABASE}")
        connection.close()

    @staticmethod
    def accepts(port):
        try:
            pymysql.connect(host="127.0.0.1", port=port, user="app", password="app", database=DATABASE).close()
            return True
        except (pymysql.Error, OSError):
            return False

    def sysbench(self, target, test, action, **options):
        options = {"tables": self.options.tables, "table_size": self.options.table_size, **options}
        command = sysbench.command(test, action, target.port, DATABASE, **options)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ClusterError(f"{target.name}: {' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-500:]}")
        return sysbench.parse(done.stdout)

    def measure_once(self, target, workload, ps_mode, threads):
        run = {"threads": threads, "db_ps_mode": ps_mode, "rand_type": "uniform"}
        if self.options.warmup:
            self.sysbench(target, workload, "run", time=self.options.warmup, **run)
        proxies, servers = target.pids(), [self.mysql.process.pid]
        before = measure.cpu_seconds(proxies), measure.cpu_seconds(servers)
        report = self.sysbench(target, workload, "run", time=self.options.time, histogram="on", **run)
        after = measure.cpu_seconds(proxies), measure.cpu_seconds(servers)
        p50, p95, p99 = measure.percentiles(report.text)
        return {"target": target.name, "workload": workload, "ps": ps_mode, "threads": threads,
                "qps": report.queries / self.options.time, "p50": p50, "p95": p95, "p99": p99,
                "proxy_us": 1e6 * (after[0] - before[0]) / report.queries,
                "mysqld_us": 1e6 * (after[1] - before[1]) / report.queries}

    def measure_all(self):
        # Through the last target: with ours, so that a sharded keyspace learns of the tables.
        self.sysbench(self.targets[-1], "oltp_read_write", "prepare")
        for threads in self.options.threads:
            for workload in self.options.workloads:
                for ps_mode in self.options.ps:
                    rows = []
                    for number in range(self.options.rounds):
                        order = self.targets if number % 2 == 0 else self.targets[::-1]
                        rows += [self.measure_once(target, workload, ps_mode, threads) for target in order]
                    self.results += rows
                    self.print_table(workload, ps_mode, threads, rows)

    def print_table(self, workload, ps_mode, threads, rows):
        protocol = "text protocol" if ps_mode == "disable" else "prepared statements"
        print(f"\n{workload}, {protocol}, {threads} threads, median of {self.options.rounds} x {self.options.time} s")
        print(f"{'':10} {'queries/s':>10} {'spread':>8} {'/direct':>8} {'/router':>8} {'proxy us':>9} {'mysqld us':>10} "
              f"{'p50 ms':>7} {'p95 ms':>7} {'p99 ms':>7}")

        def median(name, key):
            return statistics.median([row[key] for row in rows if row["target"] == name] or [float("nan")])
        for target in self.targets:
            name = target.name
            every = [row["qps"] for row in rows if row["target"] == name]
            middle = median(name, "qps")
            print(f"{name:10} {middle:10.0f} {(max(every) - min(every)) / middle:8.0%} "
                  f"{middle / median('direct', 'qps'):8.2f} {middle / median('router', 'qps'):8.2f} "
                  f"{median(name, 'proxy_us'):9.1f} {median(name, 'mysqld_us'):10.1f} "
                  f"{median(name, 'p50'):7.2f} {median(name, 'p95'):7.2f} {median(name, 'p99'):7.2f}", flush=True)

    def measure_memory(self):
        count = self.options.idle_connections
        if not count:
            return
        print(f"\nmemory per idle connection ({count} open)")
        for target in self.targets:
            if not target.processes:
                continue
            before = measure.resident_bytes(target.pids())
            connections = [pymysql.connect(host="127.0.0.1", port=target.port, user="app", password="app",
                                           database=DATABASE) for _ in range(count)]
            grown = measure.resident_bytes(target.pids()) - before
            for connection in connections:
                connection.close()
            self.results.append({"target": target.name, "idle_connection_bytes": grown / count})
            print(f"{target.name:10} {grown / count / 1024:6.1f} KiB")

    def stop(self):
        for target in self.targets:
            for process in target.processes:
                process.kill()
        self.cluster.kill_all()
        self.ports.close()
        shutil.rmtree(self.root, ignore_errors=True)


def print_machine():
    version = subprocess.run([os.path.join(SOURCE, "scripts/mysqld"), "--version"], capture_output=True, text=True,
                             check=False).stdout.split(" Ver ")[-1].split(" for ")[0]
    print(f"{os.cpu_count()} CPUs, kernel {platform.release()}, MySQL {version}, "
          f"load before the start {os.getloadavg()[0]:.2f}")


def main():
    options = parse_options()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    print_machine()
    started = time.monotonic()
    bench = Bench(options)
    try:
        bench.start()
        bench.measure_memory()
        bench.measure_all()
    except ClusterError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        bench.stop()
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump({"options": vars(options), "results": bench.results}, out, indent=1)
    print(f"\n{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
