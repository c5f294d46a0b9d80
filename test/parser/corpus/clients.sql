# What clients, dump tools, frameworks and daemons send.
select @@version_comment limit 1
select $$
select DATABASE(), USER() limit 1
select @@character_set_client, @@character_set_connection, @@character_set_server, @@character_set_database limit 1
SET SQL_SAFE_UPDATES=1,SQL_SELECT_LIMIT=1000,MAX_JOIN_SIZE=1000000
/*!40101 set @@character_set_database=binary */;
<</*!40100 SET @@SQL_MODE='' */||/*!40103 SET TIME_ZONE='+00:00' */||/*!80000 SET SESSION information_schema_stats_expiry=0 */||SET SESSION NET_READ_TIMEOUT=86400, SESSION NET_WRITE_TIMEOUT=86400||SHOW VARIABLES LIKE 'ndbinfo\_version'||SELECT @@GLOBAL.GTID_EXECUTED||FLUSH /*!40101 LOCAL */ TABLES||START TRANSACTION /*!40100 WITH CONSISTENT SNAPSHOT */||START TRANSACTION /*nm*/ WITH CONSISTENT SNAPSHOT, READ ONLY||SHOW CREATE DATABASE IF NOT EXISTS `d`||show table status like 't'||SET SQL_QUOTE_SHOW_CREATE=1||SET SESSION character_set_results = 'binary'||show create table `t`||show fields from `t`||SELECT /*!40001 SQL_NO_CACHE */ * FROM `t`||SHOW TRIGGERS LIKE 't'||/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */||/*!40101 SET NAMES utf8 */||/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */||/*!40000 ALTER TABLE `t` DISABLE KEYS */||/*M!100100 SET @@MAX_STATEMENT_TIME=0.000000 */||LOCK TABLES `t` READ /*!32311 LOCAL */,`u` READ /*!32311 LOCAL */||set optimizer_switch='semijoin=off'||SET AUTOCOMMIT = 0||SET NAMES utf8mb4||SET @_sp1_0=3,@_sp1_1=0||CALL sp1(@_sp1_0,@_sp1_1)||SELECT @_sp1_1||SET NAMES 'utf8mb4' COLLATE 'utf8mb4_0900_ai_ci'||SET @@session.autocommit = OFF||SELECT @@session.sql_mode||SAVEPOINT sa_savepoint_1||XA BEGIN '_sa_x'||DESCRIBE `d`.`t`>>
SELECT VERSION(), @@sql_mode, @@default_storage_engine, @@sql_auto_is_null, @@lower_case_table_names, CONVERT_TZ('2001-01-01 01:00:00', 'UTC', 'UTC') IS NOT NULL
select table_schema, table_name, column_name from information_schema.columns where (table_schema, table_name, lower(column_name)) in (('d','t','a'),('d','u','b'))
SELECT CONCAT("'", user, "'@'",host,"'") FROM mysql.user
SELECT name from mysql.help_topic WHERE name like "SHOW %"
SELECT SQL_CALC_FOUND_ROWS wp_posts.ID FROM wp_posts WHERE 1=1 AND ((wp_posts.post_type = 'post' AND (wp_posts.post_status = 'publish' OR wp_posts.post_status = 'private'))) ORDER BY wp_posts.post_date DESC LIMIT 0, 2
DELETE a, b FROM wp_options a, wp_options b WHERE a.option_name LIKE '\_transient\_%' AND a.option_name NOT LIKE '\_transient\_timeout\_%' AND b.option_name = CONCAT('_transient_timeout_', SUBSTRING(a.option_name, 12)) AND b.option_value < 1700000000
INSERT INTO `wp_options` (`option_name`, `option_value`, `autoload`) VALUES ('x', 'y', 'yes') ON DUPLICATE KEY UPDATE `option_name` = VALUES(`option_name`), `option_value` = VALUES(`option_value`), `autoload` = VALUES(`autoload`)
SELECT /* Class::method  */ 1 FROM `t` WHERE id = 1 LIMIT 1
INSERT /* Class::method */ IGNORE INTO `t` (id) VALUES (1)
RELEASE /* x */ SAVEPOINT x
SELECT IF(GET_LOCK('x',15),UNIX_TIMESTAMP(SYSDATE(6)),NULL) AS acquired
set autocommit=1, sql_mode = concat(@@sql_mode,',STRICT_TRANS_TABLES')
set sql_mode=CONCAT(@@sql_mode,',STRICT_TRANS_TABLES'),session_track_system_variables = CONCAT(@@global.session_track_system_variables,',transaction_isolation'),NAMES utf8mb4
/* mysql-connector-j-8.0 */SELECT  @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS character_set_client, @@sql_mode AS sql_mode, @@system_time_zone AS system_time_zone, @@transaction_isolation AS transaction_isolation, @@wait_timeout AS wait_timeout
SET @@SQL_QUOTE_SHOW_CREATE = 1/*!40101, @@SQL_MODE='NO_AUTO_VALUE_ON_ZERO'*/
SELECT @@server_id /*!50038 , @@hostname*/, CONNECTION_ID() as connection_id
/*!40101 SET @OLD_SQL_MODE := @@SQL_MODE, @@SQL_MODE := '', @OLD_QUOTE := @@SQL_QUOTE_SHOW_CREATE */
REPLACE INTO checksums (db, tbl, chunk, this_cnt, this_crc) SELECT 'd', 't', 1, COUNT(*) AS cnt, COALESCE(LOWER(CONV(BIT_XOR(CAST(CRC32(CONCAT_WS('#', id, b)) AS UNSIGNED)), 10, 16)), 0) AS crc FROM d.t FORCE INDEX(`PRIMARY`) WHERE ((id >= '1')) AND ((id <= '5')) /*checksum chunk*/
INSERT LOW_PRIORITY IGNORE INTO `d`.`u` (`id`, `a`) SELECT `id`, `a` FROM `d`.`t` FORCE INDEX(`PRIMARY`) WHERE ((`id` >= '1')) AND ((`id` <= '9')) LOCK IN SHARE MODE /*pt-online-schema-change 1 copy nibble*/
SET  @@SESSION.sql_mode = CONCAT(CONCAT(@@sql_mode, ',STRICT_ALL_TABLES'), ',NO_AUTO_VALUE_ON_ZERO'),  @@SESSION.wait_timeout = 2147483
INSERT INTO t (id, a) VALUES (1, 2), (3, 4) AS ar_values ON DUPLICATE KEY UPDATE a=ar_values.a
SELECT DISTINCT `distinctAlias`.`id` AS `ids_id` FROM (SELECT `t`.`id` AS `id` FROM `t` `t` LEFT JOIN `u` `u` ON `u`.`t_id`=`t`.`id`) `distinctAlias` ORDER BY `id` ASC LIMIT 2
SELECT c FROM sbtest1 WHERE id BETWEEN 5 AND 105 ORDER BY c
CREATE TABLE sbtest1( id INTEGER NOT NULL AUTO_INCREMENT, k INTEGER DEFAULT '0' NOT NULL, c CHAR(120) DEFAULT '' NOT NULL, pad CHAR(60) DEFAULT '' NOT NULL, PRIMARY KEY (id) ) /*! ENGINE = innodb */
UPDATE warehouse SET w_ytd = w_ytd + 1234.56 WHERE w_id = 1
SELECT count(c_id) namecnt FROM customer WHERE c_w_id = 1 AND c_d_id= 5 AND c_last='BARBARBAR'
SELECT COUNT(DISTINCT (s_i_id)) FROM order_line, stock WHERE ol_w_id = 1 AND ol_d_id = 2 AND ol_o_id < 3001 AND ol_o_id >= (3001 - 20) AND s_w_id = 1 AND s_i_id = ol_i_id AND s_quantity < 15
select l_orderkey, sum(l_extendedprice * (1 - l_discount)) as revenue, o_orderdate, o_shippriority from customer, orders, lineitem where c_mktsegment = 'BUILDING' and c_custkey = o_custkey and l_orderkey = o_orderkey and o_orderdate < date '1995-03-15' and l_shipdate > date '1995-03-15' group by l_orderkey, o_orderdate, o_shippriority order by revenue desc, o_orderdate limit 10
select 100.00 * sum(case when p_type like 'PROMO%' then l_extendedprice * (1 - l_discount) else 0 end) / sum(l_extendedprice * (1 - l_discount)) as promo_revenue from lineitem, part where l_partkey = p_partkey and l_shipdate >= date '1995-09-01' and l_shipdate < date '1995-09-01' + interval '1' month
SELECT <<t.id||`t`.`id`||MAX(t.id)||COUNT(*) AS n||t.id AS `x`, t.b||DISTINCT t.a>> FROM <<t||d.t||`t` AS `t`||t INNER JOIN u ON (t.id = u.t_id)||t LEFT OUTER JOIN u ON (t.id = u.t_id)>> WHERE <<t.id = 3||t.id IN (1, 2, 3)||(t.a = 10 AND t.b LIKE BINARY '%o%')||NOT (t.id = 1 AND t.a IS NOT NULL)||t.b REGEXP BINARY '^o'||(t.id > 1 OR t.a <= 20) AND t.id <> 5>> <<||LIMIT 21||FOR UPDATE||ORDER BY t.id DESC LIMIT 1 OFFSET 1>>
