"""Runs an unchanged sysbench against a server and reads what it reports."""

import dataclasses
import re


@dataclasses.dataclass
class Report:
    """The numbers of one `sysbench ... run`."""

    queries: int = 0
    writes: int = 0
    transactions: int = 0
    ignored_errors: int = 0
    reconnects: int = 0
    text: str = ""


_NUMBERS = {
    "queries": r"queries:\s+(\d+)",
    "writes": r"write:\s+(\d+)",
    "transactions": r"transactions:\s+(\d+)",
    "ignored_errors": r"ignored errors:\s+(\d+)",
    "reconnects": r"reconnects:\s+(\d+)",
}


def command(test, action, port, database, user="app", password="app", **options):
    """The command line; options are sysbench's own, with _ for -."""
    words = ["sysbench", test, "--db-driver=mysql", "--mysql-host=127.0.0.1", f"--mysql-port={port}",
             f"--mysql-user={user}", f"--mysql-password={password}", f"--mysql-db={database}"]
    words += [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    return words + [action]


def parse(text):
    report = Report(text=text)
    for name, pattern in _NUMBERS.items():
        match = re.search(pattern, text)
        if match:
            setattr(report, name, int(match[1]))
    return report
