import Database from 'better-sqlite3'
import { inRequest } from './in-request.mjs'

const db = new Database(':memory:')
await inRequest(() => {
  db.exec('CREATE TABLE items (name text)')
  db.prepare('INSERT INTO items (name) VALUES (?)').run('one')
  const all = db.prepare("SELECT name FROM items WHERE name = 'one'")
  all.get()
  const insertTwice = db.transaction((name) => {
    const insert = db.prepare('INSERT INTO items (name) VALUES (?)')
    insert.run(name)
    insert.run(name)
  })
  insertTwice('two')
  try {
    db.prepare('INSERT INTO items (name) VALUES (?)').run('too', 'many')
  } catch {
    // Shows as a failed call.
  }
  return [...all.iterate()].length + all.all().length
})
db.close()
