INSERT INTO product (sku, description, price) VALUES
  ('SKU-1001', 'Kettle', 34.90),
  ('SKU-1002', 'Toaster', 29.50),
  ('SKU-1003', 'Bread knife', 18.00),
  ('SKU-1004', 'Cast-iron pan', 54.25),
  ('SKU-1005', 'Tea towel', 6.40);
