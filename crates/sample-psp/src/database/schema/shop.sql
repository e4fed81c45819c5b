-- The shop's orders. What became of an order's payment is the PSP's to know; it is asked each time.
CREATE TABLE shop_order (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  handle TEXT NOT NULL UNIQUE,
  once TEXT NOT NULL UNIQUE,
  order_id TEXT NOT NULL UNIQUE,
  product TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  way TEXT NOT NULL,
  phone TEXT NOT NULL,
  lang TEXT NOT NULL,
  payment TEXT,
  placed_at INTEGER NOT NULL
) STRICT;
INSERT INTO sqlite_sequence (name, seq) VALUES ('shop_order', 1000);
