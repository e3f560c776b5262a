import { spawn } from 'node:child_process'
import { pathToFileURL, fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { sql } from '@clew/store/sql/sql'
import { openStore } from '@clew/store/store'
import { cleanEnvironment, newDataDir, removeDataDirs, startClew } from './clew-process.ts'

const REGISTER = pathToFileURL(fileURLToPath(new URL('../packages/agent/dist/register.js', import.meta.url))).href

/** Answers two requests and ends. */
const PROGRAM = `
import { createServer } from 'node:http'
const server = createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1', async () => {
  for (const path of ['/a', '/b']) await (await fetch('http://127.0.0.1:' + server.address().port + path)).text()
  server.close()
  server.closeAllConnections()
})
`

afterAll(removeDataDirs)

it('the duration of a request leads to its trace: exemplars of the agent arrive in the store', async () => {
  const dataDir = newDataDir()
  const clew = await startClew(dataDir)
  const child = spawn(process.execPath, ['--import', REGISTER, '--input-type=module', '--eval', PROGRAM], {
    env: cleanEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: clew.otlpHttp, CLEW_EXIT_BUDGET_MS: '15000' }),
    stdio: 'inherit',
  })
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
  expect((await clew.stop()).code).toBe(0)

  const store = await openStore({ dataDirectory: dataDir, url: 'chdb', retentionDays: 7 })
  try {
    const { rows: spans } = await store.query<{ id: string; kind: number }>(
      sql`SELECT concat(hex(TraceId), hex(SpanId)) AS id, Kind AS kind FROM spans WHERE Kind IN (2, 3)`,
    )
    expect(spans).toHaveLength(4)
    for (const [metric, kind] of [
      ['http.server.request.duration', 2],
      ['http.client.request.duration', 3],
    ] as const) {
      const { rows } = await store.query<{ id: string; value: number; most: number }>(
        sql`SELECT concat(hex(trace), hex(span)) AS id, value, most FROM (SELECT arrayJoin(arrayZip(ExemplarTraceId, ExemplarSpanId, ExemplarValue)) AS one, one.1 AS trace, one.2 AS span, one.3 AS value, Max AS most FROM metric_histogram WHERE Name = ${metric})`,
      )
      expect(rows.length).toBeGreaterThan(0)
      for (const { id, value, most } of rows) {
        expect(spans.filter((span) => Number(span.kind) === kind).map((span) => span.id)).toContain(id)
        expect(value).toBeLessThanOrEqual(most)
      }
    }
  } finally {
    await store.close()
  }
})
