"""A mysqld of one's own in a temporary folder, for generate_weights and check_weights."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class PrivateMysqld:
    """Use as a context manager; it listens on a unix socket only and leaves nothing behind."""

    def __enter__(self):
        # A SIGTERM (a test's time limit) ends the server too.
        signal.signal(signal.SIGTERM, lambda *_: exit(1))
        prefix = subprocess.check_output(
            [ROOT + "/scripts/mysql_prefix"], text=True).strip()
        self.folder = tempfile.mkdtemp(prefix="keyspan-weights-")
        self.socket = self.folder + "/mysql.sock"
        shutil.copytree(prefix + "/template", self.folder + "/data")
        self.log = open(self.folder + "/log", "w")
        self.process = subprocess.Popen(
            [ROOT + "/scripts/mysqld", "--datadir=" + self.folder + "/data",
             "--socket=" + self.socket, "--skip-networking", "--mysqlx=OFF", "--skip-log-bin",
             "--innodb-buffer-pool-size=64M", "--max-allowed-packet=1G", "--local-infile=ON",
             "--innodb-flush-log-at-trx-commit=0"],
            stdout=self.log, stderr=subprocess.STDOUT)
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self):
        deadline = time.time() + 60
        while True:
            if self.process.poll() is not None or time.time() > deadline:
                raise RuntimeError("mysqld did not start:\n" + open(self.folder + "/log").read())
            try:
                self.query("select 1")
                return
            except RuntimeError:
                time.sleep(0.1)

    def query(self, sql, force=False):
        """Runs statements (without a trailing semicolon); the rows as lists of strings. With `force`
        statements that fail give no rows; otherwise the first failure raises."""
        result = subprocess.run(
            [ROOT + "/scripts/mysql", "--socket=" + self.socket, "-uroot", "-N", "--raw", "--quick",
             "--local-infile=1", "--default-character-set=utf8mb4"] + ["--force"] * force,
            input=sql + ";\n", text=True, capture_output=True)
        if result.returncode != 0 and not force:
            raise RuntimeError(result.stderr)
        return [line.split("\t") for line in result.stdout.split("\n")[:-1]]
