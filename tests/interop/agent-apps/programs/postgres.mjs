import postgres from 'postgres'
import { inRequest, setting } from './in-request.mjs'

const sql = postgres(setting('TEST_POSTGRES'), { max: 1, onnotice: () => undefined })
await sql`CREATE TABLE IF NOT EXISTS postgres_items (id serial, name text)`
await inRequest(async () => {
  await sql`INSERT INTO postgres_items ${sql({ name: 'one' })}`
  const name = 'one'
  const rows = await sql`SELECT name FROM ${sql('postgres_items')} WHERE name = ${name}`
  await sql.begin(async (tx) => tx`SELECT count(*) FROM postgres_items`)
  await sql.unsafe('SELECT nonsense FROM postgres_items').catch(() => undefined)
  return rows.length
})
await sql.end()
