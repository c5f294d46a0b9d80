INSERT INTO customer (name, email, city) VALUES
  ('Ada Moreau', 'ada@example.com', 'Lyon'),
  ('Bela Novak', 'bela@example.com', 'Brno'),
  ('Chidi Okafor', 'chidi@example.com', 'Lagos'),
  ('Dana Weiss', 'dana@example.com', 'Basel'),
  ('Emil Larsen', 'emil@example.com', 'Oslo'),
  ('Fatima Zahra', 'fatima@example.com', 'Rabat'),
  ('Goran Petrov', 'goran@example.com', 'Varna'),
  ('Hana Sato', 'hana@example.com', 'Kyoto'),
  ('Ivo Costa', 'ivo@example.com', 'Porto'),
  ('Jana Novak', 'jana@example.com', 'Brno'),
  ('Kofi Mensah', 'kofi@example.com', 'Accra'),
  ('Lena Weiss', 'lena@example.com', 'Basel');

INSERT INTO corder (customer_id, sku, quantity, price) VALUES
  (1, 'SKU-1001', 1, 34.90), (1, 'SKU-1005', 4, 25.60), (2, 'SKU-1002', 1, 29.50),
  (3, 'SKU-1004', 2, 108.50), (3, 'SKU-1003', 1, 18.00), (4, 'SKU-1001', 2, 69.80),
  (5, 'SKU-1005', 10, 64.00), (6, 'SKU-1002', 1, 29.50), (7, 'SKU-1004', 1, 54.25),
  (8, 'SKU-1001', 1, 34.90), (8, 'SKU-1002', 1, 29.50), (9, 'SKU-1003', 3, 54.00),
  (10, 'SKU-1005', 2, 12.80), (11, 'SKU-1004', 1, 54.25), (12, 'SKU-1003', 1, 18.00);
