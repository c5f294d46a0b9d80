"""What the gateway may refuse with error 1235: the constructs that README.md says do not work yet."""

import re

# As construct_of() names them.
_KNOWN = (
    r"HAVING over groups that several shards have a part of",
    r"an expression over aggregates",
    r"ORDER BY an expression over aggregates",
    r"(COUNT|SUM|AVG)\(DISTINCT \.\.\.\) of other than the sharding column",
    r"(GROUP_CONCAT|STD|STDDEV|STDDEV_POP|STDDEV_SAMP|VAR_POP|VAR_SAMP|VARIANCE|JSON_ARRAYAGG|JSON_OBJECTAGG)\(\)",
    r"DISTINCT beside GROUP BY or aggregates",
    r"\* beside GROUP BY or aggregates",
    r"a column beside aggregates without GROUP BY",
    r"a subquery (beside GROUP BY or aggregates|in ORDER BY beside .*)",
    r"(a window function|an aggregate) in ORDER BY beside DISTINCT",
    r"GROUP BY \.\.\. WITH ROLLUP",
    r"UNION, INTERSECT, EXCEPT and queries in parentheses",
    r"a derived table or common table expression on sharded tables",
    r"a subquery on a sharded table that is not tied to the outer row's shard",
    r"a join of sharded tables on other than their sharding columns",
    r"an outer join whose preserved side is not sharded",
    r"joining rows that are on different shards is not supported yet",
    r"a window function whose PARTITION BY does not contain the sharding column",
    r"the relevance of MATCH \.\.\. AGAINST",
    r"SELECT \.\.\. INTO( variables)?",
    r"SQL_CALC_FOUND_ROWS",
    r"(UPDATE|DELETE) with LIMIT",
    r"the name '.*', which two columns have",
    r"bit operations on the strings of column '.*' over several shards",
    r"ordering the rows of several shards by JSON column '.*'",
    r"ordering the rows of several shards by (FLOAT|ENUM or SET|text) column '.*' without a weight column",
    r"an expression as value of (sharding|AUTO_INCREMENT) column '.*'",
    r"the value .* for a sharding column of table .*",
    r"routing by text with characters beyond ASCII.*",
    r"(REPLACE|ON DUPLICATE KEY UPDATE) on table '.*', whose unique key .*",
    r"ordering the rows of several shards by an expression that gives a zero date",
    r"a result whose columns (to sort by )?have different types on the shards",
    r"ORDER BY MIN\(\) or MAX\(\) of an ENUM or SET",
    r"the order of an expression that mixes BIT and other values",
    r"RAND\(seed\)",
    r"SELECT DISTINCT ordered by other columns",
)
_ANY = re.compile("|".join(f"(?:{pattern})" for pattern in _KNOWN))


def is_known(construct):
    """Whether a refusal names a construct that is said not to work."""
    return _ANY.fullmatch(construct) is not None
