/** Tables and content of the shop's database. */

const things = ['lamp', 'chair', 'desk', 'shelf', 'clock', 'rug', 'vase', 'mirror']
const kinds = ['oak', 'walnut', 'brass']

const products = things.flatMap((thing, i) =>
  kinds.map((kind, j) => ({ sku: `${kind}-${thing}`, name: `${kind} ${thing}`, cents: 1900 + i * 1700 + j * 2300 })),
)

/**
 * The stock ledger holds years of products that are sold no more. Look-ups without its index read all of it: that is
 * half of the incident.
 */
const OLD_ROWS = 60_000
const OLD_PRODUCTS = 2_000
const DELIVERIES_PER_PRODUCT = 40

export const STOCK_INDEX = 'CREATE INDEX IF NOT EXISTS stock_moves_sku ON stock_moves (sku)'

export const schema = `
CREATE TABLE products (
  sku text PRIMARY KEY,
  name text NOT NULL,
  price_cents int NOT NULL,
  weight_grams int NOT NULL
);
INSERT INTO products VALUES ${products.map((p, i) => `('${p.sku}', '${p.name}', ${p.cents}, ${400 + i * 150})`).join(', ')};

CREATE TABLE stock_moves (id bigserial PRIMARY KEY, sku text NOT NULL, quantity int NOT NULL, reason text NOT NULL);
INSERT INTO stock_moves (sku, quantity, reason)
SELECT 'old-' || n % ${OLD_PRODUCTS}, 5 + n % 7, 'delivery' FROM generate_series(1, ${OLD_ROWS}) AS n;
INSERT INTO stock_moves (sku, quantity, reason)
SELECT sku, 200 + n % 7, 'delivery' FROM products, generate_series(1, ${DELIVERIES_PER_PRODUCT}) AS n;
${STOCK_INDEX};

CREATE TABLE orders (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  total_cents int NOT NULL,
  status text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE order_lines (order_id uuid NOT NULL REFERENCES orders, sku text NOT NULL, quantity int NOT NULL);
CREATE TABLE shipments (order_id uuid PRIMARY KEY, carrier text NOT NULL, weight_grams int NOT NULL);
ANALYZE;
`
