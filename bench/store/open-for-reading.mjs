// The store of a data directory with its API in this process, and an account of every statement that a question becomes.
import { performance } from 'node:perf_hooks'
import { createQueryServer } from '@clew/query/server'
import { sql } from '@clew/store/sql/sql'
import { openStore } from '@clew/store/store'

/** Counters of the engine that say where a question's time goes. */
const EVENTS = [
  'SelectedParts',
  'SelectedRanges',
  'SelectedMarks',
  'SelectedRows',
  'SelectedBytes',
  'FileOpen',
  'ReadCompressedBytes',
  'CompressedReadBufferBytes',
  'MarkCacheMisses',
  'LoadedMarksCount',
  'FilteringMarksWithPrimaryKeyMicroseconds',
  'FilteringMarksWithSecondaryKeysMicroseconds',
  'OSReadBytes',
  'OSCPUVirtualTimeMicroseconds',
  'DiskReadElapsedMicroseconds',
]

/** Opens a data directory that no other process has open; `close` when done. */
export async function openForReading(dataDirectory) {
  const store = await openStore({
    dataDirectory,
    url: 'chdb',
    retentionDays: 3650,
    promotion: { checkEveryMs: 1e9, maxKeys: 0 },
  })
  let account
  const traced = {
    keys: store.keys,
    parts: store.parts,
    async query(statement, options) {
      const startMs = performance.now()
      const result = await store.query(statement, options)
      account?.push({
        startMs,
        ms: performance.now() - startMs,
        engineMs: result.statistics.elapsedMs,
        rows: result.statistics.rowsRead,
        bytes: result.statistics.bytesRead,
        text: statement.parts.join('?').replace(/\s+/g, ' '),
      })
      return result
    },
  }
  const server = createQueryServer({ store: traced, status: {}, pipeline: {}, control: {}, version: 'bench' })
  return {
    store,
    rows: async (statement, options) => (await store.query(statement, options)).rows,
    /** Asks a path of the API without a socket: the answer, its time, and every statement it took. */
    async ask(path) {
      account = []
      const startMs = performance.now()
      const response = await server.fetch(new Request(`http://localhost${path}`))
      const body = await response.json()
      const ms = performance.now() - startMs
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(body)}`)
      const statements = account
      account = undefined
      return { body, ms, statements }
    },
    /** What the engine counted while `work` ran; nothing else may run meanwhile. */
    async events(work) {
      const before = await counters(store)
      const result = await work()
      const after = await counters(store)
      return {
        result,
        events: Object.fromEntries(EVENTS.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)])),
      }
    },
    close: () => store.close(),
  }
}

async function counters(store) {
  const { rows } = await store.query(sql`SELECT event, value FROM system.events`)
  return Object.fromEntries(rows.map(({ event, value }) => [event, Number(value)]))
}
