# Statements whose lexis depends on sql_mode or on the character set of the connection. Read by
# compare_modes, which runs each under every mode and set.
SELECT <<"a"||'a'||"a" "b"||"a" AS "b"||'a' AS "b"||"a""b"||"a'b"||'a"b'||'a\'b'||"a\"b"||'a\\'||'\n'||'\%'||'a\'||"a\"||N"a"||_utf8mb4"a"||x"41"||b"1"||X'41'||"t"."id" FROM t||t."id" FROM t||`t`."id" FROM "t"||* FROM "t"||* FROM "d"."t"||* FROM t AS "x"||1 "x"||"id" + 1 FROM t||DATE"2020-01-01"||DATE'2020-01-01'||@"a"||@'a'||@`a`||@@"sql_mode"||'a' 'b'||'a'"b"||"a" COLLATE utf8mb4_bin||''||""||'''||"""||''''||""""||'\0'||'\Z'||'a\\\'b'||'a''b'>>
SELECT 'a' | 'b'
SELECT 1 || 0
SELECT 'a' || 'b'
SELECT 'a' || 'b' || 'c'
SELECT 1 || 0 AND 0
SELECT 1 OR 0 || 1
SELECT 1 + 2 || 3
SELECT 1 || 2 + 3
SELECT 2 * 3 || 4
SELECT 2 ^ 3 || 4
SELECT - 1 || 2
SELECT !1 || 1
SELECT NOT 1 || 1
SELECT 'a' || 'b' = 'ab'
SELECT 'a' || 'b' LIKE 'ab'
SELECT 'a' || NULL
SELECT 1 XOR 1 || 0
SELECT a || b FROM t
SELECT 1 || 2 BETWEEN 1 AND 3
SELECT 'a' || 'b' COLLATE utf8mb4_bin
SELECT ~1 || 1
SELECT 1 & 1 || 1
SELECT BINARY 'a' || 'b'
SELECT 1 || || 1
SELECT 1 ||
SELECT <<NOT 1||NOT 1 = 2||NOT 1 + 2||NOT 1 BETWEEN 0 AND 2||NOT a IN (1, 2) FROM t||NOT NOT 1||NOT 1 AND 0||NOT 0 OR 1||NOT a IS NULL FROM t||NOT 'a' LIKE 'b'||- NOT 1||1 + NOT 1||1 = NOT 1||1 = NOT 0 = 1||NOT -1||NOT !1||! NOT 1||!1 = 2||NOT EXISTS (SELECT 1)||NOT (1)||NOT(1) + 1||1 NOT IN (2)||1 NOT BETWEEN 2 AND 3||NOT 1 XOR 1||~ NOT 1||NOT 1 COLLATE utf8mb4_bin||1 * NOT 0||NOT 1 REGEXP 0||NOT 1 NOT IN (1)>>
SELECT <<COUNT(*)||COUNT (*)||COUNT(1) FROM t||COUNT (1) FROM t||COUNT FROM t||MAX(a) FROM t||MAX (a) FROM t||max AS x FROM t||NOW()||NOW ()||now FROM t||CURDATE ()||CURTIME ()||SUBSTRING ('abc', 2)||SUBSTR('abc' FROM 2)||SUBSTR ('abc' FROM 2)||TRIM (' a ')||TRIM(BOTH 'a' FROM 'aba')||CAST (1 AS CHAR)||CAST(1 AS CHAR)||EXTRACT (DAY FROM NOW())||POSITION ('a' IN 'ab')||DATE_ADD (NOW(), INTERVAL 1 DAY)||ADDDATE ('2020-01-01', 1)||STD (1)||SUM (1)||BIT_AND (1)||GROUP_CONCAT (1)||SYSDATE ()||SESSION_USER ()||SYSTEM_USER()||VARIANCE (1)||MID ('abc', 1)||MIN (1)||count||1 AS count||1 AS max||t.count FROM t||count.a FROM t||ABS (1)||IF (1, 2, 3)||f (1)||f(1)||d.f (1)||now + 1||STDDEV_SAMP (1)||ST_COLLECT (1)||JSON_ARRAYAGG (1)||USER ()>>
CREATE TABLE x (<<count INT||max INT||now INT||sum INT, min INT||"a" INT||"select" INT||'a' INT||a REAL||a REAL(5, 2)||a FLOAT||a DOUBLE PRECISION||a CHAR(5) DEFAULT "x"||a INT COMMENT "x"||a INT COMMENT 'x'||a ENUM("x", 'y')||a INT, KEY "k" (a)||a INT, KEY k ("a")||a VARCHAR(9) DEFAULT 'a\'||a INT DEFAULT (NOT 1 + 1)||substring INT||trim INT||position INT||cast INT||extract INT>>)
CREATE TABLE <<count (a INT)||count(a INT)||now (a INT)||"x" (a INT)||"d"."x" (a INT)||x (a INT) COMMENT "y"||x (a INT) ENGINE "InnoDB"||x (a INT) COMMENT 'a\'>>
INSERT INTO t <<VALUES (9, 1, "x", NULL, NULL)||("id") VALUES (9)||VALUES ('a\'b')||VALUES ('a\', "b")||SET "a" = 1||SET b = "a"||SET a = NOT 1 + 1>>
UPDATE "t" SET "a" = 'b\'
DELETE FROM "t" WHERE b = "x\"" OR b = 'y'
SET <<@a = "x"||@"a" = 1||sql_mode = "ANSI"||"a" = 1||NAMES "utf8mb4"||@a = 'x\'||@a = NOT 1 + 1>>
SHOW TABLES LIKE <<"x"||'x'||'x\_'||'x\'>>
<<ALTER TABLE "t" ADD "x" INT||DROP TABLE "t"||CREATE INDEX "i" ON "t" ("a")||GRANT SELECT ON "d".* TO "u"@"h"||CREATE USER "u"||CALL "p"("a")||PREPARE s FROM "SELECT 1"||PREPARE "s" FROM 'x'||USE "d"||SAVEPOINT "s"||EXPLAIN "t"||EXPLAIN FORMAT = "json" SELECT 1||KILL "1"||HELP "x"||LOAD DATA INFILE "x" INTO TABLE "t"||CREATE DATABASE "x"||LOCK TABLES "t" READ||CREATE PROCEDURE "p"("a" INT) SELECT "a"||XA START "x"||SELECT 1 INTO OUTFILE "f"||SELECT * FROM t WHERE b LIKE "x" ESCAPE "|"||SELECT * FROM t WHERE b LIKE 'x' ESCAPE '\'||SELECT * FROM t WHERE b LIKE 'x' ESCAPE '\\'>>
SELECT <<CAST(1 AS REAL)||CAST(1 AS FLOAT)||CAST('1' AS DOUBLE)||CONVERT("1", REAL)||JSON_VALUE('{"a":1}', '$.a' RETURNING REAL)||JSON_OBJECT("a", 1)||j->'$.x' FROM t||j->"$.x" FROM t||j->>"$.x" FROM t||JSON_EXTRACT(j, "$.x") FROM t>>
SELECT <<'表'||'ソ'||'能'||'許功蓋'||'ソ' AS `ソ`||'ソ''x'||'ソ', 'b'||"ソ"||`表` FROM t||1 AS 表||表||'\表'||'表\\'||'é'||'ｱ'||'表' FROM WHERE||'ソ' FROM WHERE||'功' 功 x FROM>>
CREATE TABLE x (a VARCHAR(9) AS ('a' || 'b'))
INSERT INTO t (id, b) VALUES (9, 'a' || 'b')
SET @a = 'a' || 'b'
CREATE VIEW v AS SELECT 'a' || 'b'
DO 'a' || 'b'
SELECT '十' || '構'
