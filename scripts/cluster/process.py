"""One child process with a log, that can be killed, restarted and found again."""

import ctypes
import os
import queue
import signal
import subprocess
import threading
import time

from . import ClusterError

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class _Spawner:
    """Starts processes from one thread that lives as long as this program.

    The kernel sends the parent-death signal when the *thread* that forked ends, so a test thread
    that restarts a server must not be the one that forks.
    """

    def __init__(self):
        self._jobs = queue.Queue()
        self._thread = None
        self._lock = threading.Lock()

    def _run(self):
        while True:
            arguments, options, reply = self._jobs.get()
            try:
                reply.put(subprocess.Popen(arguments, **options))
            except OSError as error:
                reply.put(error)

    def popen(self, arguments, **options):
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
        reply = queue.Queue()
        self._jobs.put((arguments, options, reply))
        result = reply.get()
        if isinstance(result, OSError):
            raise ClusterError(f"cannot start {arguments[0]}: {result}")
        return result


_spawner = _Spawner()


def popen_tied(arguments, **options):
    """subprocess.Popen whose process is killed when this program ends, however it ends."""
    return _spawner.popen(arguments, preexec_fn=_die_with_parent, **options)


def start_time(pid):
    """When a process started, in clock ticks since boot: with the pid it names one process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


class Process:
    """A named process of a cluster.

    `tied`: it dies with this program; otherwise it outlives it. `log`: a file, or None for the
    standard output of this program.
    """

    def __init__(self, name, arguments, log, tied=True, environment=None):
        self.name = name
        self.arguments = arguments
        self.log = log
        self.tied = tied
        self.pid = None
        self.started = None
        self._popen = None
        self._environment = environment

    def start(self):
        if self.alive():
            raise ClusterError(f"{self.name} runs already")
        if self.log:
            os.makedirs(os.path.dirname(self.log), exist_ok=True)
        with open(self.log or "/dev/null", "ab") as log:
            options = dict(stdin=subprocess.DEVNULL, stdout=log if self.log else None, stderr=subprocess.STDOUT,
                           start_new_session=True, env=self._environment, cwd="/")
            if self.tied:
                self._popen = popen_tied(self.arguments, **options)
            else:
                self._popen = subprocess.Popen(self.arguments, **options)
        self.pid = self._popen.pid
        self.started = start_time(self.pid)

    def alive(self):
        if self._popen is not None and self._popen.poll() is not None:
            return False
        return self.pid is not None and self.started is not None and start_time(self.pid) == self.started

    def signal(self, number):
        if self.alive():
            os.kill(self.pid, number)

    def wait(self, timeout):
        """Returns whether the process has ended within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while self.alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def kill(self):
        """kill -9."""
        self.signal(signal.SIGKILL)
        self.wait(10)

    def stop(self, timeout=20):
        self.signal(signal.SIGTERM)
        if not self.wait(timeout):
            self.kill()

    def log_tail(self, lines=15):
        if not self.log:
            return ""
        try:
            with open(self.log, encoding="utf-8", errors="replace") as log:
                return "".join(log.readlines()[-lines:])
        except OSError:
            return ""

    def wait_until(self, ready, timeout, what):
        """Calls ready() until it is true; ClusterError with the log's end when it never is."""
        deadline = time.monotonic() + timeout
        while True:
            if ready():
                return
            late = time.monotonic() > deadline
            if late or not self.alive():
                reason = f"does not {what} after {timeout} s" if late else "has ended"
                log = f"; {self.log} ends with:\n{self.log_tail()}" if self.log else ", see its output above"
                raise ClusterError(f"{self.name} {reason}{log}")
            time.sleep(0.05)

    def to_json(self):
        return {"name": self.name, "pid": self.pid, "started": self.started, "log": self.log,
                "arguments": self.arguments}

    @staticmethod
    def from_json(record):
        process = Process(record["name"], record["arguments"], record["log"], tied=False)
        process.pid, process.started = record["pid"], record["started"]
        return process
