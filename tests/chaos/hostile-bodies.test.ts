import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClewProcess, newDataDir, removeDataDirs, startClew } from '../clew-process.ts'
import { storeState } from './health.ts'
import { hostileBodies } from './hostile-bodies.mjs'

let clew: ClewProcess

beforeAll(async () => {
  // A trace of a million spans in Jaeger's form takes as long as it takes: speed is not what is tested here.
  clew = await startClew(newDataDir(), ['--query-timeout', '5m'])
})
afterAll(async () => {
  await clew.stop('SIGKILL')
  removeDataDirs()
})

interface Refused {
  readonly component: string
  readonly reason: string
  readonly count: number
  readonly unreadRequests: number
}

async function refusedCount(): Promise<number> {
  const { refused } = (await (await fetch(`${clew.ui}/api/pipeline`)).json()) as { refused: Refused[] }
  return refused.filter(({ reason }) => reason !== 'busy').reduce((sum, row) => sum + row.count + row.unreadRequests, 0)
}

/** Sends, and comes back as long as it is told to, as senders do. */
async function send(body: Uint8Array<ArrayBuffer>, json: boolean): Promise<{ status: number; answer: string }> {
  for (;;) {
    const response = await fetch(`${clew.otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': json ? 'application/json' : 'application/x-protobuf' },
      body,
    }).catch(() => undefined)
    // A connection that is closed before all was sent: the server was not willing to read it.
    const answer = await response?.text()
    if (response !== undefined && response.status !== 503) return { status: response.status, answer: answer ?? '' }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

test.each(hostileBodies())(
  '$name',
  async ({ body, json, stored, trace }) => {
    const before = await refusedCount()
    const { status, answer } = await send(new Uint8Array(body), json)
    console.log(`${status} ${answer.slice(0, 200)}`)
    if (stored === 0 || (stored === undefined && status !== 200)) {
      expect([200, 400, 413]).toContain(status)
      if (status !== 200) {
        expect(answer.length).toBeGreaterThan(10)
        expect(await refusedCount()).toBeGreaterThan(before)
      }
      return
    }
    expect(status).toBe(200)
    await expect.poll(async () => (await storeState(clew.ui)).queuedBytes, { timeout: 120_000 }).toBe(0)
    expect((await storeState(clew.ui)).troubles).toEqual([])
    const id = trace?.toString('hex') ?? ''
    const found = await fetch(`${clew.ui}/api/traces/${id}?limit=5`)
    const shown = (await found.json()) as { spanCount: number; spans: { spanId: string[] } }
    expect(found.status).toBe(200)
    expect(shown.spanCount).toBe(stored ?? 1)
    const span = await fetch(`${clew.ui}/api/traces/${id}/spans/${shown.spans.spanId[0]}`)
    expect(span.status).toBe(200)
    await span.arrayBuffer()
    const jaeger = await fetch(`${clew.ui}/jaeger/api/traces/${id}`)
    expect(jaeger.status).toBe(200)
    await jaeger.arrayBuffer()
  },
  180_000,
)
