#!/usr/bin/python3
"""The harness itself: nothing survives a test that is killed, and blocks of ports do not overlap."""

import os
import signal
import subprocess
import sys
import unittest

from harness import FreePorts, start_time, temporary_folder, wait_for

# Starts servers as a test does, from a thread that ends, tells their pids, and waits to be killed.
_VICTIM = """
import sys, threading, time
sys.path.insert(0, {here!r})
from harness import Cluster, FreePorts, Keyspace, temporary_folder
folder = temporary_folder()
cluster = Cluster(folder, FreePorts(), [Keyspace("main")])
mysql = cluster.tablets[0].mysql
def start():
    cluster.write_files()
    cluster.zookeeper.start()
    mysql.prepare()
    mysql.start()
thread = threading.Thread(target=start)
thread.start()
thread.join()
cluster.wait_zookeeper()
mysql.wait_ready()
print(cluster.zookeeper.pid, mysql.process.pid, folder, flush=True)
time.sleep(600)
"""


class HarnessTest(unittest.TestCase):

    def start_victim(self):
        victim = subprocess.Popen([sys.executable, "-c", _VICTIM.format(here=os.path.dirname(os.path.abspath(__file__)))],
                                  stdout=subprocess.PIPE, text=True)
        self.addCleanup(victim.stdout.close)
        self.addCleanup(victim.wait)
        self.addCleanup(victim.kill)
        words = victim.stdout.readline().split()
        return victim, [int(word) for word in words[:2]], words[2]

    def test_servers_outlive_the_thread_that_started_them_but_not_the_program(self):
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
            victim, pids, folder = self.start_victim()
            self.assertTrue(all(start_time(pid) for pid in pids))
            victim.send_signal(number)
            wait_for(lambda: not any(start_time(pid) for pid in pids), 10, f"{pids} end after {number.name}")
            victim.wait()
            self.assertTrue(os.path.isdir(folder))
            os.rmdir(temporary_folder())
            self.assertFalse(os.path.exists(folder), "the next test does not clean up")

    def test_blocks_of_ports_are_exclusive(self):
        several = [FreePorts() for _ in range(10)]
        ports = [port for block in several for port in
                 (block.zookeeper, block.vtgate_mysql, *block.tablet(100).values(), *block.tablet(101).values())]
        self.assertEqual(len(set(ports)), len(ports))
        self.assertEqual(several[0].tablet(100), several[0].tablet(100))
        for block in several:
            block.close()


if __name__ == "__main__":
    unittest.main()
