CREATE TABLE customer (
  customer_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(64) NOT NULL,
  email VARCHAR(128) NOT NULL,
  city VARCHAR(64) NOT NULL
);

-- Orders lie on the shard of their customer: both tables are sharded by customer_id. Every UNIQUE
-- key of a sharded table contains the sharding column, the primary key too.
CREATE TABLE corder (
  order_id BIGINT NOT NULL AUTO_INCREMENT,
  customer_id BIGINT NOT NULL,
  sku VARCHAR(32) NOT NULL,
  quantity INT NOT NULL,
  price DECIMAL(10, 2) NOT NULL,
  PRIMARY KEY (customer_id, order_id),
  KEY (order_id)
);
