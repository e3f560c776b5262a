import { Pool } from 'pg'
import { log, portOf } from './service.mjs'

/** A small pool of connections to the shop's database: the stand-in runs one query at a time, so more would not help. */
export function createPool(max = 2) {
  const pool = new Pool({
    host: '127.0.0.1',
    port: portOf('postgres'),
    user: 'postgres',
    database: 'shop',
    max,
    connectionTimeoutMillis: 10_000,
  })
  // An idle connection that breaks is replaced when the next query needs one.
  pool.on('error', (error) => log.warn({ err: error }, 'a connection to the database was lost'))
  return pool
}
