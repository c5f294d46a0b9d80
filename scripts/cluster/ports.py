"""Which TCP ports the processes of a cluster listen on (all on 127.0.0.1)."""

import fcntl
import os
import random
import socket
import tempfile


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


class FixedPorts:
    """The documented ports of the local example: a tablet's are 15000, 16000 and 17000 + uid."""

    zookeeper = 21811
    vtgate_mysql = 15306
    vtgate_http = 15001

    def tablet(self, uid):
        return {"http": 15000 + uid, "rpc": 16000 + uid, "mysql": 17000 + uid}

    def close(self):
        pass


class FreePorts:
    """Ports for one test.

    They come from below the range that the kernel uses for outgoing connections, so that a port
    stays free while its process is dead between kill and restart. A block of 100 ports belongs to
    one live object: the lock file is released by the kernel however the test ends.
    """

    FIRST, LAST, BLOCK = 20000, 32000, 100

    def __init__(self):
        folder = os.path.join(tempfile.gettempdir(), "keyspan-ports-%d" % os.getuid())
        os.makedirs(folder, exist_ok=True)
        blocks = list(range(self.FIRST, self.LAST, self.BLOCK))
        random.shuffle(blocks)
        for block in blocks:
            self._lock = open(os.path.join(folder, str(block)), "w")
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self._lock.close()
                continue
            self._rest = iter(range(block, block + self.BLOCK))
            self._tablets = {}
            self.zookeeper, self.vtgate_mysql, self.vtgate_http = (self.take() for _ in range(3))
            return
        raise RuntimeError("no block of free ports")

    def take(self):
        return next(port for port in self._rest if is_free(port))

    def tablet(self, uid):
        if uid not in self._tablets:
            self._tablets[uid] = {name: self.take() for name in ("http", "rpc", "mysql")}
        return self._tablets[uid]

    def close(self):
        self._lock.close()
