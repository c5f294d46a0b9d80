"""A table on two shards whose rows a test knows by shard."""

from harness import SHARDS, ClusterTest, Keyspace

ROWS = 20


class TwoShardsTest(ClusterTest):
    """Keyspace `bank` with table t (id, v): v is 0 in all rows when a test begins. `low` and `high`
    are the ids on the first and the second shard."""

    keyspaces = (Keyspace("main"), Keyspace("bank", SHARDS))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        connection = cls.cluster.connect("bank")
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL)")
        connection.close()

    def setUp(self):
        self.connection = self.connect("bank")
        self.execute(self.connection, "DELETE FROM t")
        self.execute(self.connection, "INSERT INTO t VALUES " + ", ".join(f"({i}, 0)" for i in range(1, ROWS + 1)))
        # Found by asking the shards.
        self.low, self.high = ([row[0] for row in self.on_shard("bank", shard, "SELECT id FROM t ORDER BY id")]
                               for shard in SHARDS)
