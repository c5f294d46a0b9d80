"""Reading what a run cost: CPU and memory from /proc, latencies from sysbench's histogram."""

import os
import re

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pids):
    """User and system time of all threads of some processes."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def resident_bytes(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
            total += int(statm.read().split()[1]) * _PAGE
    return total


def percentiles(text, wanted=(50, 95, 99)):
    """Latencies in milliseconds from the output of sysbench --histogram=on."""
    buckets = [(float(value), int(count))
               for value, count in re.findall(r"^\s*([\d.]+) \|\**\s*(\d+)\s*$", text, re.M)]
    total = sum(count for _, count in buckets)
    result = []
    for percent in wanted:
        left = total * percent / 100
        for value, count in buckets:
            left -= count
            if left <= 0:
                break
        result.append(value if buckets else float("nan"))
    return result
