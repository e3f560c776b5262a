import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { drizzle as drizzleJs } from 'drizzle-orm/postgres-js'
import { pgTable, text } from 'drizzle-orm/pg-core'
import pg from 'pg'
import postgres from 'postgres'
import { inRequest, setting } from './in-request.mjs'

const items = pgTable('drizzle_items', { name: text('name') })
const pool = new pg.Pool({ connectionString: setting('TEST_POSTGRES') })
await pool.query('CREATE TABLE IF NOT EXISTS drizzle_items (name text)')
const sql = postgres(setting('TEST_POSTGRES'), { max: 1 })
await inRequest(async () => {
  await drizzle(pool).insert(items).values({ name: 'one' })
  await drizzleJs(sql).select().from(items).where(eq(items.name, 'one'))
})
await pool.end()
await sql.end()
