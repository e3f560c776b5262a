import { PGlite } from '@electric-sql/pglite'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { schema } from './schema.mjs'

const USER = 'postgres'
const CACHE = new URL('../.cache/', import.meta.url)

/** A database of a few megabytes in one process: the defaults are made for more. */
const CONFIGURATION = ['shared_buffers=8MB', 'max_wal_size=32MB', 'min_wal_size=32MB', 'max_connections=5', 'fsync=off']

/**
 * The shop's database in memory, always as it is when the shop opens. Setting up a PostgreSQL takes seconds and half a
 * gigabyte, so the first start leaves the finished data directory in .cache, and later ones begin with it.
 */
export async function openDatabase() {
  const cached = await cacheFile()
  try {
    const content = await readFile(cached)
    return await PGlite.create({ username: USER, loadDataDir: new Blob([content]) })
  } catch {
    // Not there yet, or not readable: made anew below.
  }
  const db = await PGlite.create({ username: USER, postgresqlconf: CONFIGURATION })
  await db.exec(schema)
  await save(await db.dumpDataDir('none'), cached)
  return db
}

/** Named after everything that decides about its content. */
async function cacheFile() {
  const { dependencies } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  const version = dependencies['@electric-sql/pglite']
  const key = createHash('sha256')
    .update([version, schema, ...CONFIGURATION].join('\n'))
    .digest('hex')
    .slice(0, 16)
  return fileURLToPath(new URL(`postgres-${key}.tar.gz`, CACHE))
}

/** Written aside and renamed: several shops may start at once, and none may read half a file. */
async function save(archive, file) {
  const partial = `${file}.${process.pid}`
  try {
    await mkdir(CACHE, { recursive: true })
    await writeFile(partial, await promisify(gzip)(Buffer.from(await archive.arrayBuffer()), { level: 1 }))
    await rename(partial, file)
  } catch {
    // A folder that cannot be written only costs the next start its head start.
    await rm(partial, { force: true }).catch(() => {})
  }
}
