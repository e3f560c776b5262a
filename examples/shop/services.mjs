/**
 * The processes of the shop, as data. `offset` is added to the base port (4400 unless told otherwise). `standIn` marks
 * what a real shop would rent or run elsewhere: they get no agent, as nobody puts an agent into PostgreSQL or SQS.
 *
 * @typedef {object} ShopProcess
 * @property {string} name     service name, and the name in logs
 * @property {string} file     program, relative to this folder
 * @property {string} portEnv  environment variable with the port it listens on
 * @property {number} offset
 * @property {boolean} [standIn]
 */

/** @type {readonly ShopProcess[]} */
export const services = [
  { name: 'postgres', file: 'stand-ins/postgres.mjs', portEnv: 'POSTGRES_PORT', offset: 10, standIn: true },
  { name: 'sqs', file: 'stand-ins/sqs.mjs', portEnv: 'SQS_PORT', offset: 11, standIn: true },
  { name: 'openai', file: 'stand-ins/openai.mjs', portEnv: 'OPENAI_PORT', offset: 12, standIn: true },
  { name: 'storefront', file: 'services/storefront.mjs', portEnv: 'STOREFRONT_PORT', offset: 0 },
  { name: 'orders', file: 'services/orders.mjs', portEnv: 'ORDERS_PORT', offset: 1 },
  { name: 'inventory', file: 'services/inventory.mjs', portEnv: 'INVENTORY_PORT', offset: 2 },
  { name: 'payments', file: 'services/payments.mjs', portEnv: 'PAYMENTS_PORT', offset: 3 },
  { name: 'shipping', file: 'services/shipping.mjs', portEnv: 'SHIPPING_PORT', offset: 4 },
  { name: 'assistant', file: 'services/assistant.mjs', portEnv: 'ASSISTANT_PORT', offset: 5 },
]

export const DEFAULT_BASE_PORT = 4400
