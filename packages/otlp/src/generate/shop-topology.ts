/** A step of an operation: what a service does while it handles a request. */
export type Step =
  | {
      readonly kind: 'sql'
      readonly summary: string
      readonly table: string
      readonly text: string
      readonly ms: number
      readonly repeat?: number
    }
  | { readonly kind: 'cache'; readonly command: string; readonly ms: number }
  | { readonly kind: 'work'; readonly name: string; readonly ms: number }
  | { readonly kind: 'http' | 'grpc'; readonly service: string; readonly operation: string }
  | { readonly kind: 'queue'; readonly topic: string; readonly service: string; readonly operation: string }

export interface Operation {
  /** HTTP: `GET /orders/{id}`; gRPC: `Payments/Charge`; queue: the topic. */
  readonly name: string
  /** Time of its own, besides its steps. */
  readonly ms: number
  readonly steps: readonly Step[]
}

export interface ShopService {
  readonly language: string
  readonly version: string
  readonly port: number
  readonly operations: Readonly<Record<string, Operation>>
}

const sql = (table: string, operation: string, ms: number, repeat = 1): Step => ({
  kind: 'sql',
  table,
  summary: `${operation} ${table}`,
  text: SQL_TEXT[operation]!.replace('?t', table),
  ms,
  repeat,
})

const SQL_TEXT: Readonly<Record<string, string>> = {
  SELECT: 'SELECT id, user_id, status, currency, total, created_at, updated_at FROM ?t WHERE id = $1 LIMIT 100',
  INSERT: 'INSERT INTO ?t (id, user_id, status, currency, total) VALUES ($1, $2, $3, $4, $5) RETURNING id',
  UPDATE: 'UPDATE ?t SET status = $2, updated_at = now() WHERE id = $1 AND status <> $2',
}

/** The services of a made-up shop and who calls whom; what the generators play through. */
export const SHOP: Readonly<Record<string, ShopService>> = {
  storefront: {
    language: 'nodejs',
    version: '4.12.0',
    port: 3000,
    operations: {
      browse: {
        name: 'GET /products',
        ms: 6,
        steps: [
          { kind: 'cache', command: 'GET', ms: 0.6 },
          { kind: 'http', service: 'catalog', operation: 'list' },
          { kind: 'grpc', service: 'users', operation: 'profile' },
          { kind: 'work', name: 'render products', ms: 9 },
        ],
      },
      product: {
        name: 'GET /products/{id}',
        ms: 4,
        steps: [
          { kind: 'http', service: 'catalog', operation: 'get' },
          { kind: 'grpc', service: 'inventory', operation: 'check' },
          { kind: 'work', name: 'render product', ms: 5 },
        ],
      },
      checkout: {
        name: 'POST /checkout',
        ms: 8,
        steps: [
          { kind: 'grpc', service: 'users', operation: 'profile' },
          { kind: 'http', service: 'orders', operation: 'create' },
          { kind: 'cache', command: 'DEL', ms: 0.5 },
        ],
      },
      order: {
        name: 'GET /orders/{id}',
        ms: 3,
        steps: [
          { kind: 'cache', command: 'GET', ms: 0.6 },
          { kind: 'http', service: 'orders', operation: 'get' },
          { kind: 'work', name: 'render order', ms: 4 },
        ],
      },
    },
  },
  catalog: {
    language: 'go',
    version: '1.9.3',
    port: 8080,
    operations: {
      list: { name: 'GET /catalog', ms: 2, steps: [sql('products', 'SELECT', 4, 3)] },
      get: {
        name: 'GET /catalog/{id}',
        ms: 1,
        steps: [{ kind: 'cache', command: 'GET', ms: 0.4 }, sql('products', 'SELECT', 3)],
      },
    },
  },
  users: {
    language: 'java',
    version: '2.4.1',
    port: 9090,
    operations: {
      profile: { name: 'Users/GetProfile', ms: 1.5, steps: [{ kind: 'cache', command: 'HGETALL', ms: 0.5 }] },
    },
  },
  orders: {
    language: 'nodejs',
    version: '3.2.0',
    port: 8081,
    operations: {
      create: {
        name: 'POST /orders',
        ms: 5,
        steps: [
          { kind: 'grpc', service: 'inventory', operation: 'reserve' },
          { kind: 'grpc', service: 'payments', operation: 'charge' },
          sql('orders', 'INSERT', 6),
          { kind: 'queue', topic: 'order-placed', service: 'shipping', operation: 'ship' },
        ],
      },
      get: { name: 'GET /orders/{id}', ms: 2, steps: [sql('orders', 'SELECT', 3), sql('order_items', 'SELECT', 2, 4)] },
    },
  },
  inventory: {
    language: 'dotnet',
    version: '5.0.7',
    port: 9091,
    operations: {
      check: { name: 'Inventory/Check', ms: 1, steps: [sql('stock', 'SELECT', 2)] },
      reserve: { name: 'Inventory/Reserve', ms: 2, steps: [sql('stock', 'SELECT', 2), sql('stock', 'UPDATE', 5)] },
    },
  },
  payments: {
    language: 'python',
    version: '1.0.22',
    port: 9092,
    operations: {
      charge: {
        name: 'Payments/Charge',
        ms: 45,
        steps: [{ kind: 'work', name: 'score fraud', ms: 22 }, sql('payments', 'INSERT', 6)],
      },
    },
  },
  shipping: {
    language: 'ruby',
    version: '0.18.4',
    port: 9093,
    operations: { ship: { name: 'order-placed', ms: 12, steps: [sql('shipments', 'INSERT', 5)] } },
  },
}

/** Root operations of the storefront by how often they come. */
export const SHOP_ENTRIES: readonly string[] = [
  'browse',
  'browse',
  'product',
  'product',
  'product',
  'order',
  'checkout',
]
