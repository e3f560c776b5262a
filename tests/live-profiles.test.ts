import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'
import { oracleProfiles } from '@clew/testkit/profiles-oracle'
import { eventually, newDataDir, removeDataDirs, runClew, startClew, type ClewProcess } from './clew-process.ts'
import { inForce, SteeredServices, type Agent } from './steered-services.ts'

vi.setConfig({ testTimeout: 120_000 })

/** One whose requests keep the processor busy. */
const BURNING = `
import { createServer } from 'node:http'
function burnInRequest(ms) { for (const end = Date.now() + ms; Date.now() < end; ) Math.sqrt(end) }
createServer((request, response) => { burnInRequest(300); response.end('ok') })
  .listen(0, '127.0.0.1', function () { console.log('port', this.address().port) })
`

let clew: ClewProcess
const steered = new SteeredServices(() => clew)

beforeAll(async () => {
  clew = await startClew()
})
afterAll(async () => {
  await steered.stop()
  await clew?.stop()
  removeDataDirs()
})

/** What the agent of a service says of its profiles. */
async function profileOf(name: string): Promise<{ readonly agent: Agent | undefined; readonly inForce: unknown }> {
  const agent = await steered.agentOf(name)
  const settings: Readonly<Record<string, unknown>> = inForce(agent)
  return { agent, inForce: settings['profile'] }
}

/** All profiles in a folder, as bytes that texts can be looked for in. */
const profileTexts = (folder: string): string =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => file.endsWith('.pprof.gz'))
    .map((file) => gunzipSync(readFileSync(join(folder, file))).toString('latin1'))
    .join('\n')

it('takes profiles for a while and ends by itself; a request is in them although its trace is not kept', async () => {
  const name = 'profiled'
  const folder = newDataDir()
  const sink = await OtlpSink.start()
  const settings = {
    CLEW_PROFILES_DIR: folder,
    CLEW_PROFILES_INTERVAL: '500',
    CLEW_AUTH_TOKEN: 'of-the-start',
    OTEL_EXPORTER_OTLP_PROFILES_ENDPOINT: `${sink.url}/v1development/profiles`,
  }
  const service = await steered.start(name, settings, BURNING)
  await steered.connected(name)
  const profiling = async (): Promise<unknown> => (await profileOf(name)).inForce
  const traceId = await service.call()
  await eventually(async () => ((await profiling()) === false ? true : undefined))
  await steered.set('--service', name, '--profile')
  await eventually(async () => ((await profiling()) === true ? true : undefined))
  const whileOn = await service.call()
  const texts = await eventually(async () => {
    const all = profileTexts(folder)
    // What the engine had put into its caller before is seen by its own name when it is compiled again.
    if (!all.includes('burnInRequest')) await service.call()
    return all.includes(whileOn) && all.includes('burnInRequest') ? all : undefined
  })
  expect(texts).not.toContain(traceId)
  expect((await fetch(`${clew.ui}/api/traces/${whileOn}`)).ok).toBe(false)

  expect((await runClew(['agents', 'clear', '--service', name], { env: clew.env })).code).toBe(0)
  await eventually(async () => ((await profiling()) === false ? true : undefined))
  const whileOff = await service.call()
  // For a while: on again, and off without anybody's doing.
  await steered.set('--service', name, '--profile', '--for', '10s')
  const later = await eventually(async () => {
    const again = await service.call()
    const all = profileTexts(folder)
    return all.includes(again) || (await profiling()) === true ? all : undefined
  })
  expect(later).not.toContain(whileOff)
  const off = await eventually(async () => {
    const { agent, inForce: on } = await profileOf(name)
    return on === false ? agent : undefined
  })
  expect(off).toMatchObject({ configStatus: 'applied', configError: '' })
  expect(service.stderr()).not.toContain('profiles')
  const sent = sink.profiles.flatMap((body) => oracleProfiles(body)).flatMap(({ samples }) => samples)
  expect(new Set(sent.map((sample) => sample.traceId))).toContain(whileOn)
  // What was there at the start holds, also for what begins later.
  expect(sink.requests[0]?.headers.authorization).toBe('Bearer of-the-start')
  await sink.close()
})

it('ends profiles that nobody takes, and says so', async () => {
  const name = 'profiled-for-nobody'
  await steered.start(name, { CLEW_PROFILES_INTERVAL: '500' })
  await steered.connected(name)
  await steered.set('--service', name, '--profile', '--for', '1h')
  const show = await eventually(async () => {
    const { stdout } = await runClew(['agents', 'show', name], { env: clew.env })
    return stdout.includes('profiles are not sent') ? stdout : undefined
  })
  expect(show.match(/profiles are not supported/g)).toHaveLength(1)
  expect(show).toContain(
    'HTTP 404 (profiles are not supported); none are taken any more; CLEW_PROFILES_DIR writes them',
  )
  expect((await profileOf(name)).inForce).toBe(false)
})
