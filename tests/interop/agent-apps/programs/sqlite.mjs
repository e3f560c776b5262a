import { DatabaseSync } from 'node:sqlite'
import { inRequest } from './in-request.mjs'

const db = new DatabaseSync(':memory:')
await inRequest(() => {
  db.exec('CREATE TABLE items (name text)')
  db.prepare('INSERT INTO items (name) VALUES (?)').run('one')
  const all = db.prepare("SELECT name FROM items WHERE name = 'one'")
  all.get()
  try {
    db.prepare('SELECT * FROM items').get('too', 'many')
  } catch {
    // Shows as a failed call.
  }
  return all.all().length
})
db.close()
