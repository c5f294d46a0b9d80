"""A plain mysqld beside the cluster, and one conversation held with it and with the gateway."""

import os

import pymysql

from differential.client import Client
from harness import ClusterTest
from cluster.mysql import MysqlServer  # pylint: disable=wrong-import-order
from wire import (DEPRECATE_EOF, MULTI_RESULTS, MULTI_STATEMENTS, PLUGIN_AUTH, PROTOCOL_41, PS_MULTI_RESULTS,
                  SECURE_CONNECTION, SESSION_TRACK, TRANSACTIONS, Wire)

BASE = (PROTOCOL_41 | PLUGIN_AUTH | SECURE_CONNECTION | TRANSACTIONS | MULTI_STATEMENTS | MULTI_RESULTS |
        PS_MULTI_RESULTS)
# What decides the form of a reply.
FORMS = {"new form": BASE | DEPRECATE_EOF | SESSION_TRACK, "old form": BASE | SESSION_TRACK}


class DirectTest(ClusterTest):
    """A ClusterTest with `direct`, a mysqld that has databases of the keyspaces' names.

    `schema`: statements that each keyspace and its twin on `direct` begin with.
    """

    direct = None
    schema = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            folder = os.path.join(cls.cluster.root, "direct")
            cls.direct = MysqlServer("mysqld-direct", folder, cls.cluster.log("mysqld-direct"), cls._ports.take(), 9,
                                     read_only=False)
            cls.direct.prepare()
            cls.direct.start()
            cls.direct.wait_ready()
            connection = cls.direct.connect()
            for keyspace in cls.keyspaces:
                connection.cursor().execute(f"CREATE DATABASE {keyspace.name}")
            connection.close()
            # From now on the password is in the gateway's cache, as Wire.login() needs it.
            cls.cluster.connect(cls.keyspaces[0].name).close()
            for keyspace in cls.keyspaces:
                cls.on_both(keyspace.name, *cls.schema)
        except BaseException:
            cls._failed = True
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        if cls.direct:
            cls.direct.process.kill()
        super().tearDownClass()

    def wires(self, database=None, capabilities=FORMS["new form"], collation=255):
        """A logged-in connection to the gateway and one to mysqld, and how each answered.

        Collation 255 is what the shards' connections have: another shows in the definitions of columns.
        """
        found = []
        for address, user, password in ((self.cluster.ports.vtgate_mysql, b"app", b"app"),
                                        (self.direct.socket, b"root", b"")):
            wire = Wire(address)
            self.addCleanup(wire.close)
            found.append((wire, wire.login(user=user, password=password, database=database, capabilities=capabilities,
                                           collation=collation)))
        return found

    @classmethod
    def on_both(cls, database, *statements):
        for connect in (cls.cluster.connect, lambda name: cls.direct.connect(database=name)):
            connection = connect(database)
            with connection.cursor() as cursor:
                for sql in statements:
                    cursor.execute(sql)
            connection.commit()
            connection.close()


class CompareTest(DirectTest):
    """A DirectTest whose statements run on both, over the last of the keyspaces."""

    def both(self, database=None, **options):
        """A client of the gateway and one of mysqld, in the last of the keyspaces unless told otherwise."""
        database = database or self.keyspaces[-1].name
        clients = (Client(self.cluster.connect(database, **options)),
                   Client(pymysql.connect(unix_socket=self.direct.socket, user="root", database=database,
                                          autocommit=True, **options)))
        for client in clients:
            self.addCleanup(client.close)
        return clients

    def compare(self, clients, sql, parameters=None, what=None):
        """Runs a statement on both; `what` of its outcome must agree."""
        with self.subTest(sql=sql, parameters=parameters):
            seen = []
            for client in clients:
                outcome = client.run(sql, parameters)
                outcome.warnings = sorted(outcome.warnings)
                seen.append(outcome if what is None else {name: getattr(outcome, name) for name in what})
            self.assertEqual(*seen)
