"""A mysqld for the tests of this folder, and the parser as a process."""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

import pymysql

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


class Server:
    """A mysqld of our own on a free port, in a temporary folder."""

    def __enter__(self):
        prefix = subprocess.check_output([f"{ROOT}/scripts/mysql_prefix"], text=True).split()[-1]
        self.folder = tempfile.mkdtemp(prefix="parser-mysqld-")
        data = f"{self.folder}/data"
        shutil.copytree(f"{prefix}/template", data)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.socket = f"{data}/mysql.sock"
        log = open(f"{self.folder}/log", "w")
        self.process = subprocess.Popen(
            [f"{ROOT}/scripts/mysqld", f"--datadir={data}", f"--socket={self.socket}",
             f"--port={port}", "--mysqlx=OFF", "--performance-schema=OFF", "--skip-log-bin",
             "--innodb-buffer-pool-size=32M", "--max-allowed-packet=64M"], stdout=log, stderr=log)
        for _ in range(300):
            try:
                self.connect().close()
                return self
            except pymysql.err.OperationalError:
                if self.process.poll() is not None:
                    raise RuntimeError("mysqld did not start: " + open(f"{self.folder}/log").read())
                time.sleep(0.1)
        raise RuntimeError("mysqld did not answer in 30 s")

    def __exit__(self, *_):
        self.process.kill()  # nothing in it is worth an orderly end
        self.process.wait()
        shutil.rmtree(self.folder)

    def connect(self, charset="utf8mb4"):
        return pymysql.connect(unix_socket=self.socket, user="root", charset=charset,
                               autocommit=True, read_timeout=60)


class Vtparse:
    """The parser under given options: one statement in, what it says of it out."""

    def __init__(self, path, *options):
        self.process = subprocess.Popen([path, *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    @staticmethod
    def line(text):
        """What asks for a statement in UTF-8."""
        return json.dumps(text.decode()).encode()

    @staticmethod
    def answer(line):
        return json.loads(line)

    def __call__(self, sql):
        self.process.stdin.write(json.dumps(sql) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()
