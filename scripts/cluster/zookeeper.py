"""A private ZooKeeper: the Debian jars, but never the system's configuration or data."""

import os
import socket

from .process import Process

_JARS = "/usr/share/java/zookeeper.jar:/usr/share/java/slf4j-simple.jar"


def _config(root):
    return os.path.join(root, "zookeeper", "zoo.cfg")


def write_files(root, port, address="127.0.0.1"):
    """What process() needs when it starts."""
    folder = os.path.join(root, "zookeeper")
    os.makedirs(os.path.join(folder, "data"), exist_ok=True)
    with open(_config(root), "w", encoding="ascii") as out:
        out.write(f"dataDir={folder}/data\nclientPort={port}\nclientPortAddress={address}\n"
                  "tickTime=1000\nmaxClientCnxns=0\nadmin.enableServer=false\n"
                  "4lw.commands.whitelist=ruok,srvr\nautopurge.purgeInterval=24\n")


def process(root, log, tied):
    return Process("zookeeper", [
        "/usr/bin/java", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
        "-Dzookeeper.jmx.log4j.disable=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-cp", _JARS, "org.apache.zookeeper.server.ZooKeeperServerMain", _config(root),
    ], log, tied)


def is_ready(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as client:
            client.sendall(b"ruok")
            return client.recv(4) == b"imok"
    except OSError:
        return False
