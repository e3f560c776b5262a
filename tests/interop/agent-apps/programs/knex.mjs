import knex from 'knex'
import { inRequest, setting } from './in-request.mjs'

const db = knex({ client: 'pg', connection: setting('TEST_POSTGRES'), pool: { min: 0, max: 1 } })
await db.schema.dropTableIfExists('knex_items')
await db.schema.createTable('knex_items', (table) => table.string('name'))
// Two requests wait for one connection; a builder is a thenable that is awaited later.
await Promise.all([inRequest(() => work('a')), inRequest(() => work('b'))])
await db.destroy()

async function work(name) {
  await db('knex_items').insert({ name })
  const builder = db('knex_items').where({ name }).select('name')
  await new Promise((resolve) => setTimeout(resolve, 10))
  return (await builder).length
}
