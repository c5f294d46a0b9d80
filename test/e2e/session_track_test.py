#!/usr/bin/python3
"""Session state in OK packets: the gateway's are mysqld's, byte for byte."""

import struct
import unittest

from direct import FORMS, DirectTest
from harness import SHARDS, Keyspace
from wire import DEPRECATE_EOF, lenenc

# Whether an index was used is a matter of each shard.
INDEX_FLAGS = 16 | 32

VARIABLES = """
SELECT 1
SET autocommit=1
SET autocommit=0, time_zone='+01:00'
SET NAMES latin1
SET NAMES utf8mb4 COLLATE utf8mb4_bin
SET CHARACTER SET latin1
SET NAMES DEFAULT
SET character_set_results=NULL
SET sql_mode=''
SET @a=1
SET time_zone=DEFAULT
SET autocommit=1
SET time_zone='+02:00', foo=1
SET autocommit=1
SET session_track_system_variables='sql_mode, transaction_isolation,transaction_read_only,UNIQUE_CHECKS'
SET sql_mode='ANSI', unique_checks=0, wait_timeout=10
SET sql_mode=CONCAT(@@sql_mode, ',HIGH_NOT_PRECEDENCE'), session_track_system_variables='Time_Zone', time_zone='+03:00'
SELECT @@session_track_system_variables
SET session_track_system_variables='sql_mode, transaction_isolation,transaction_read_only,UNIQUE_CHECKS'
SET unique_checks=1, sql_mode=DEFAULT
SET transaction_isolation='READ-COMMITTED'
SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ
SET SESSION TRANSACTION READ ONLY
SET SESSION TRANSACTION READ WRITE
SET session_track_system_variables='wait_timeout,last_insert_id,session_track_system_variables'
SET wait_timeout=10
SET last_insert_id=7
SET session_track_system_variables='nothing_known,wait_timeout'
SET session_track_system_variables=''
SET wait_timeout=11, autocommit=1
SET session_track_system_variables=NULL
SET session_track_system_variables=DEFAULT
SET time_zone='SYSTEM'
SET session_track_gtids=OFF
SET session_track_gtids=NULL
SET session_track_gtids=sometimes
SET session_track_state_change=2
SET session_track_schema=maybe
SET session_track_transaction_info='foo'
SET session_track_transaction_info=3
SELECT @@session_track_schema, @@session_track_state_change, @@session_track_transaction_info, @@session_track_gtids
SELECT 1; SET time_zone='+02:00'; SELECT 2
SELECT 1; SET time_zone='+03:00'
"""

STATE = """
USE {0}
use {0}
USE nowhere
SET session_track_schema=0
USE {0}
SET session_track_schema=ON
USE information_schema
USE {0}
SET session_track_state_change=1
SET @a=1
SELECT 1
USE {0}
SET autocommit=1
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE
SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ
SET NAMES utf8mb4
SET @b='x', @c=2
BEGIN
COMMIT
SET session_track_state_change=OFF
SET @a=1
"""

TRANSACTIONS = """
SET session_track_transaction_info=STATE
BEGIN
SELECT 1
SELECT * FROM t WHERE id=1
COMMIT
COMMIT
ROLLBACK
BEGIN
INSERT INTO t VALUES (100,1)
SELECT * FROM t WHERE id=1
SELECT * FROM t WHERE id=1 FOR UPDATE
ROLLBACK
BEGIN
UPDATE t SET v=3 WHERE id=1
BEGIN
BEGIN
DELETE FROM t WHERE id=77
SAVEPOINT a
ROLLBACK TO a
RELEASE SAVEPOINT a
COMMIT
BEGIN
SELECT * FROM t WHERE id=1 FOR UPDATE
ROLLBACK
BEGIN
SELECT * FROM t WHERE id=1 FOR SHARE
SAVEPOINT a
SELECT nope FROM t
INSERT INTO t VALUES (1,1)
COMMIT
START TRANSACTION WITH CONSISTENT SNAPSHOT
COMMIT
SET autocommit=0
SELECT 1
SELECT * FROM t WHERE id=1
SELECT 1
COMMIT
INSERT INTO t VALUES (101,1)
SET autocommit=1
BEGIN
SET autocommit=0
SET autocommit=1
BEGIN
SHOW TABLES
ROLLBACK
SELECT * FROM t WHERE id=1
DELETE FROM t WHERE id=101
SET session_track_transaction_info=CHARACTERISTICS
COMMIT
BEGIN
BEGIN
START TRANSACTION READ WRITE
COMMIT AND CHAIN
ROLLBACK AND NO CHAIN
SET TRANSACTION READ ONLY
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE
BEGIN
SELECT * FROM t WHERE id=1
INSERT INTO t VALUES (102,1)
COMMIT AND CHAIN
INSERT INTO t VALUES (102,1)
COMMIT
SET SESSION TRANSACTION READ ONLY
START TRANSACTION
COMMIT
SET SESSION TRANSACTION READ WRITE
START TRANSACTION READ ONLY
ROLLBACK
START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY
COMMIT
SET autocommit=0
SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED
SELECT * FROM t WHERE id=1
UPDATE t SET v=4 WHERE id=1
COMMIT
BEGIN
ROLLBACK
SET autocommit=1
BEGIN
INSERT INTO t VALUES (1,6)
COMMIT
"""


def ending(wire, packets):
    """What matters here of a reply: errors and OK packets whole, without the index flags."""
    packet = packets[-1]
    if packet[0] == 0xFE and not wire.capabilities & DEPRECATE_EOF:
        at = 3
    elif packet[0] in (0x00, 0xFE):
        at = lenenc(packet, lenenc(packet, 1)[1])[1]
    else:
        return packet
    status = struct.unpack_from("<H", packet, at)[0] & ~INDEX_FLAGS
    return packet[:at] + struct.pack("<H", status) + packet[at + 2:]


class SessionTrackTest(DirectTest):
    keyspaces = (Keyspace("main"), Keyspace("customer", SHARDS))
    schema = ("CREATE TABLE t (id INT PRIMARY KEY, v INT)",
              "INSERT INTO t VALUES (1,1), (2,2)")

    def converse(self, script, database=b"main", capabilities=FORMS["new form"]):
        (gateway, hello), (direct, expected) = self.wires(database, capabilities)
        self.assertEqual(hello, expected, "login")
        for sql in script.format(database.decode()).strip().split("\n"):
            with self.subTest(sql=sql):
                self.assertEqual(ending(gateway, gateway.query(sql)), ending(direct, direct.query(sql)))

    def test_variables(self):
        for name, form in FORMS.items():
            with self.subTest(form=name):
                self.converse(VARIABLES, capabilities=form)

    def test_schema_and_state_change(self):
        for name, form in FORMS.items():
            with self.subTest(form=name):
                self.converse(STATE, capabilities=form)

    def test_transactions(self):
        for name, form in FORMS.items():
            for database in (b"main", b"customer"):
                with self.subTest(form=name, database=database):
                    self.converse(TRANSACTIONS, database, form)

    def test_login_without_database(self):
        for form in FORMS.values():
            (_, hello), (_, expected) = self.wires(None, form)
            self.assertEqual(hello, expected)

    def test_commands(self):
        (gateway, _), (direct, _) = self.wires(b"main")
        for command in (b"\x02customer", b"\x02nowhere", b"\x02main", b"\x0e", b"\x03SET time_zone='+01:00'", b"\x0e",
                        b"\x03SET session_track_schema=0, session_track_state_change=1", b"\x02customer", b"\x1f",
                        b"\x02customer", b"\x03SET @a=1"):
            with self.subTest(command=command):
                self.assertEqual(gateway.command(command), direct.command(command))

    def test_who_does_not_ask_is_not_told(self):
        (gateway, _), (direct, _) = self.wires(b"main", FORMS["new form"] & ~(1 << 23))
        for sql in ("SET autocommit=1", "USE main", "SET time_zone='+01:00'"):
            self.assertEqual(gateway.query(sql), direct.query(sql))

    def test_gtids_are_refused(self):
        (gateway, _), _ = self.wires(b"main")
        self.assertEqual(gateway.query("SET session_track_gtids=OWN_GTID")[0][1:3], struct.pack("<H", 1235))


if __name__ == "__main__":
    unittest.main()
