"""Starts clusters of real processes on one machine.

The end-to-end tests, the benchmark and examples/local all use this package: it is the only code
that writes mysqld configurations and starts our binaries.
"""

import os

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class ClusterError(Exception):
    """Something did not start or did not answer; the text says what, and where its log is."""


def binaries():
    """The folder of our programs: $KEYSPAN_BIN, or those of the release preset."""
    return os.path.abspath(os.environ.get("KEYSPAN_BIN", os.path.join(SOURCE, "build/release/bin")))


def prefix():
    """Where scripts/mysql_prefix unpacks MySQL."""
    return os.environ.get("KEYSPAN_PREFIX", os.path.join(SOURCE, ".prefix"))
