"""What the benchmark compares: each target is a port and the processes that serve it."""

import os
import shutil

from cluster import SOURCE
from cluster.process import Process


class Target:
    """A way to the one mysqld. `pids` are those of the proxy, without mysqld's."""

    def __init__(self, name, port, processes=()):
        self.name = name
        self.port = port
        self.processes = list(processes)

    def pids(self):
        return [process.pid for process in self.processes]


def direct(mysql):
    return Target("direct", mysql.port)


def haproxy(root, port, mysql, threads):
    config = os.path.join(root, "haproxy.cfg")
    with open(config, "w", encoding="ascii") as out:
        out.write(f"global\n  nbthread {threads}\n  maxconn 5000\n"
                  "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n"
                  f"frontend mysql\n  bind 127.0.0.1:{port}\n  default_backend mysqld\n"
                  f"backend mysqld\n  server mysqld 127.0.0.1:{mysql.port}\n")
    program = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin")
    return Target("haproxy", port, [Process("haproxy", [program, "-db", "-f", config], f"{root}/log/haproxy.log")])


def router(root, port, mysql, threads):
    """MySQL Router as a classic-protocol proxy; PASSTHROUGH is its faster mode without TLS."""
    folder = os.path.join(root, "router")
    os.makedirs(folder, exist_ok=True)
    config = os.path.join(folder, "router.conf")
    prefix_root = os.path.join(os.environ.get("KEYSPAN_PREFIX", os.path.join(SOURCE, ".prefix")), "root")
    user = "user=root\n" if os.getuid() == 0 else ""
    with open(config, "w", encoding="ascii") as out:
        out.write(f"[DEFAULT]\n{user}runtime_folder={folder}\ndata_folder={folder}\nconfig_folder={folder}\n"
                  f"plugin_folder={prefix_root}/usr/lib/mysqlrouter/plugin\nlogging_folder=\n"
                  "max_total_connections=5000\nunknown_config_option=warning\n"
                  "[logger]\nlevel=WARNING\n"
                  f"[io]\nthreads={threads}\n"
                  f"[routing:bench]\nbind_address=127.0.0.1\nbind_port={port}\nprotocol=classic\n"
                  f"destinations=127.0.0.1:{mysql.port}\nrouting_strategy=first-available\n"
                  "client_ssl_mode=PASSTHROUGH\nserver_ssl_mode=AS_CLIENT\nmax_connect_errors=100000\n")
    return Target("router", port, [Process("router", [os.path.join(SOURCE, "scripts/mysqlrouter"), "-c", config],
                                           f"{root}/log/router.log")])
