CREATE TABLE product (
  sku VARCHAR(32) NOT NULL PRIMARY KEY,
  description VARCHAR(128) NOT NULL,
  price DECIMAL(10, 2) NOT NULL
);

CREATE TABLE customer_seq (
  id BIGINT NOT NULL PRIMARY KEY,
  next_id BIGINT NOT NULL,
  cache BIGINT NOT NULL
) COMMENT 'vitess_sequence';
INSERT INTO customer_seq (id, next_id, cache) VALUES (0, 1, 100);

CREATE TABLE order_seq (
  id BIGINT NOT NULL PRIMARY KEY,
  next_id BIGINT NOT NULL,
  cache BIGINT NOT NULL
) COMMENT 'vitess_sequence';
INSERT INTO order_seq (id, next_id, cache) VALUES (0, 1, 100);
