import { type ClickHouseDouble, startClickHouseDouble } from '@clew/testkit/clickhouse-http'
import { type FaultProxy, startFaultProxy } from '@clew/testkit/fault-proxy'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectSaid, health, storeState } from './chaos/health.ts'
import { requestBody } from './chaos/tracked-load.ts'
import { type ClewProcess, newDataDir, removeDataDirs, runClew, startClew, FREE_PORTS } from './clew-process.ts'

let clickhouse: ClickHouseDouble
let proxy: FaultProxy
let clew: ClewProcess | undefined

beforeAll(async () => {
  clickhouse = await startClickHouseDouble()
  proxy = await startFaultProxy(Number(new URL(clickhouse.url).port))
})
afterAll(async () => {
  await clew?.stop('SIGKILL')
  await proxy.close()
  await clickhouse.close()
  removeDataDirs()
})

function address(password?: string): string {
  const url = new URL(clickhouse.url)
  url.port = String(proxy.port)
  if (password !== undefined) url.password = password
  return `${url.href}/away`
}

test('Clew starts while its ClickHouse is away, takes data, says so everywhere, and stores it when the server comes', async () => {
  await proxy.set({ kind: 'down' })
  const began = Date.now()
  clew = await startClew(newDataDir(), ['--store', address()])
  const { ui, otlpHttp, dataDir } = clew
  const sent = await fetch(`${otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: requestBody(0),
  })
  expect(sent.status).toBe(200)
  await expectSaid(ui, dataDir, /the ClickHouse server at http:\/\/127\.0\.0\.1:\d+ cannot be reached/, began)
  const { ready, lines } = await health(ui)
  expect([ready, lines.length]).toEqual([true, 1])
  const asked = await fetch(`${ui}/api/traces/1`)
  expect(asked.status).toBe(503)
  expect(await asked.json()).toMatchObject({ error: { code: 'STORE_UNREACHABLE' } })
  expect((await storeState(ui)).queuedBytes).toBeGreaterThan(0)

  await proxy.set({ kind: 'none' })
  const found = async (): Promise<number> => (await fetch(`${ui}/api/traces/1`)).status
  await expect.poll(found, { timeout: 60_000 }).toBe(200)
  // Nobody looked at a page in between: it is found out for /readyz alone.
  await expect.poll(async () => (await health(ui)).lines, { timeout: 20_000 }).toEqual([])
  expect((await storeState(ui)).status).toBe('ok')
  const { stderr, code } = await clew.stop('SIGTERM')
  expect(code).toBe(0)
  expect(stderr).toMatch(/WARN .*the database is not there; data is taken and kept.*since/i)
  expect(stderr).toMatch(/INFO .*the database is there.*since/i)
}, 120_000)

test('a wrong password is an error that ends the start', async () => {
  await proxy.set({ kind: 'none' })
  const ended = await runClew(['up', '--data-dir', newDataDir(), ...FREE_PORTS, '--store', address('wrong')])
  expect(ended.code).not.toBe(0)
  expect(ended.stderr).toMatch(/does not let Clew in.*Authentication failed/)
  expect(ended.stderr).toMatch(/user and password of --store/)
})
