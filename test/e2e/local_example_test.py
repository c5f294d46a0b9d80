#!/usr/bin/python3
"""examples/local: up, a second up, down, up again on the data, down --wipe. Uses the fixed ports."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import unittest

import harness
from harness import SOURCE
from cluster.cluster import load_processes  # pylint: disable=wrong-import-order

UP = [os.path.join(SOURCE, "examples/local/up"), "--no-build"]
DOWN = [os.path.join(SOURCE, "examples/local/down")]
LONGEST_START = 60


class LocalExampleTest(unittest.TestCase):

    def setUp(self):
        # Under /tmp whatever TMPDIR is: the path of a unix socket may have 107 bytes.
        self.root = os.path.join(harness.temporary_folder(), "data")
        self.environment = dict(os.environ, KEYSPAN_DATA=self.root)
        self.addCleanup(self.clean)
        for port in (15306, 21811):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    self.skipTest(f"port {port} is taken: a local cluster is up on this machine")

    def clean(self):
        subprocess.run(DOWN + ["--wipe"], env=self.environment, capture_output=True, check=False)
        shutil.rmtree(os.path.dirname(self.root), ignore_errors=True)

    def run_script(self, command, status=0):
        started = time.monotonic()
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300, check=False)
        output = done.stdout + done.stderr
        self.assertEqual(done.returncode, status, output)
        print(f"    {' '.join(map(os.path.basename, command))}: {time.monotonic() - started:.1f} s", file=sys.stderr)
        return output

    def query(self, sql):
        done = subprocess.run(
            ["mariadb", "--no-defaults", "-h127.0.0.1", "-P15306", "-uapp", "-papp", "customer", "-N", "-B", "-e", sql],
            capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, f"{sql}\n{done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    @contextlib.contextmanager
    def squatter(self):
        """Somebody else who listens on vtgate's port."""
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", 15306))
            listener.listen()
            yield

    def test_up_and_down(self):
        with self.squatter():
            self.assertIn("127.0.0.1:15306", self.run_script(UP, status=1))
        self.assertFalse(os.path.exists(self.root), "a start that was refused leaves nothing behind")

        started = time.monotonic()
        output = self.run_script(UP)
        self.assertLess(time.monotonic() - started, LONGEST_START)
        self.assertIn("mariadb -h 127.0.0.1 -P 15306 -u app -papp", output)
        queries = [line.strip() for line in output.splitlines() if line.strip().startswith("SELECT")]
        self.assertEqual(len(queries), 3)
        self.assertEqual(self.query(queries[0])[0][1], "Chidi Okafor")
        self.assertEqual(self.query(queries[1])[:2], [["Basel", "2"], ["Brno", "2"]])
        self.assertEqual(self.query(queries[2])[0], ["SKU-1001", "4", "139.60"])

        again = self.run_script(UP)
        self.assertIn("runs already", again)
        self.query("INSERT INTO customer (name, email, city) VALUES ('New One', 'new@example.com', 'Turin')")

        for process in load_processes(self.root):
            if process.name == "vttablet-200":
                process.kill()
        half = self.run_script(UP, status=1)
        self.assertIn("not running: vttablet-200.", half)
        self.assertIn("examples/local/down && examples/local/up", half)

        self.run_script(DOWN)
        with self.squatter():
            self.assertIn("127.0.0.1:15306", self.run_script(UP, status=1))

        self.run_script(UP)
        self.assertEqual(self.query("SELECT COUNT(*) FROM customer"), [["13"]])
        self.run_script(DOWN + ["--wipe"])
        self.assertFalse(os.path.exists(self.root))
        self.assertIn("No cluster runs", self.run_script(DOWN))


if __name__ == "__main__":
    # A skipped test must not count as passed: ctest knows 77.
    program = unittest.main(exit=False)
    sys.exit(77 if program.result.skipped else not program.result.wasSuccessful())
