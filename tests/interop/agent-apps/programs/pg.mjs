import pg from 'pg'
import { inRequest, setting } from './in-request.mjs'

const connectionString = setting('TEST_POSTGRES')
const pool = new pg.Pool({ connectionString, max: 1 })
await pool.query('CREATE TABLE IF NOT EXISTS pg_items (id serial, name text)')
await inRequest(async () => {
  await pool.query('INSERT INTO pg_items (name) VALUES ($1)', ['one'])
  const { rows } = await pool.query("SELECT name FROM pg_items WHERE name = 'one'")
  await new Promise((resolve, reject) => {
    pool.query('SELECT count(*) FROM pg_items', (error) => (error ? reject(error) : resolve()))
  })
  await pool.query('SELECT nonsense FROM pg_items').catch(() => undefined)
  return rows.length
})
// Two requests compete for one connection: the second one's callback is called by the release of the first.
let turn = 0
await Promise.all([
  inRequest(() => callbacks(`SELECT 'a' AS first${turn++}`)),
  inRequest(() => callbacks(`SELECT 'b' AS first${turn++}`)),
])
await pool.end()

function callbacks(sql) {
  return new Promise((resolve, reject) => {
    pool.connect((error, client, release) => {
      if (error) return reject(error)
      client.query(sql, (failure, result) => {
        setTimeout(() => {
          release()
          failure ? reject(failure) : resolve(result.rows)
        }, 50)
      })
    })
  })
}
