# DROP TABLE, RENAME TABLE, TRUNCATE TABLE.
DROP <<||TEMPORARY >><<TABLE||TABLES>> <<x||x, d.y||IF EXISTS x||IF EXISTS x, y CASCADE||x RESTRICT||x CASCADE RESTRICT||||IF NOT EXISTS x||x y||x,||'x'||`x`||.x||d.e.x||(x)||x PURGE||select||x.*>>
DROP <<x||TEMPORARY x||TEMPORARY VIEW x||TABLE TEMPORARY x||EXTERNAL TABLE x||GLOBAL TABLE x||COLUMN x||CONSTRAINT c||FOO x||>>
RENAME <<TABLE||TABLES>> <<a TO b||a TO b, c TO d||d.a TO e.b||a TO b, b TO c, c TO a||a||a TO||a b||a AS b||TO b||a TO b, c||a TO b,||IF EXISTS a TO b||'a' TO b||`a` TO `b`||a TO d.e.b||a=b>>
RENAME <<a TO b||DATABASE a TO b||SCHEMA a TO b||COLUMN a TO b||INDEX a TO b||>>
TRUNCATE <<||TABLE >><<x||d.x||`x`||.x||'x'||x, y||x CASCADE||x WAIT||x PARTITION p||d.e.x||select||IF EXISTS x||x AS y||(x)>>
TRUNCATE <<||TABLE||TABLES x||DATABASE x||TABLE TABLE||TABLE table||table `table`||tables||TABLE status>>
