import { gunzipSync } from 'node:zlib'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Profile } from 'pprof-format'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'
import { oracleProfiles, type OracleProfile } from '@clew/testkit/profiles-oracle'
import { buildAgent } from '../testdata/build-agent.ts'
import { placesOf, samplesIn, shareInSpan, type BurningPlace } from '../testdata/profile-time.ts'
import { runProgram } from '../testdata/run-program.ts'
import { temporaryProgram } from '../testdata/temporary-program.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

// They burn processor time, which others may want as well.
vi.setConfig({ testTimeout: 120_000 })

let sink: OtlpSink
let folder: string
let status = 200

beforeAll(buildAgent, 120_000)
beforeEach(async () => {
  status = 200
  sink = await OtlpSink.start((path) => (path.includes('profiles') ? status : 200))
  folder = mkdtempSync(join(tmpdir(), 'clew-profiles-'))
})
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await sink.close()
})

type Env = Record<string, string>

const environment = (more: Env = {}): Env => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
  OTEL_SERVICE_NAME: 'burning',
  CLEW_EXIT_BUDGET_MS: '15000',
  CLEW_CONTROL: 'off',
  ...more,
})

interface Run {
  readonly places: ReadonlyMap<string, BurningPlace>
  readonly profiles: OracleProfile[]
  readonly files: Map<string, Profile>
  readonly findings: (string | undefined)[]
}

async function run(env: Env = {}): Promise<Run> {
  const all = environment({ CLEW_PROFILES: 'on', CLEW_PROFILES_DIR: folder, ...env })
  const { code, stdout, stderr } = await runProgram('burning-program.mjs', [], all).ended
  expect(code, stderr).toBe(0)
  return {
    places: placesOf(stdout),
    profiles: sink.profiles.flatMap((body) => oracleProfiles(body)),
    files: new Map(existsSync(folder) ? readdirSync(folder).map((name) => [name, pprofFile(name)] as const) : []),
    findings: findings(),
  }
}

const findings = (): (string | undefined)[] =>
  sink.logs.filter((log) => log.values['clew.finding.kind'] !== undefined).map((log) => log.text)

const pprofFile = (name: string): Profile => Profile.decode(gunzipSync(readFileSync(join(folder, name))))

/** Wall nanoseconds of a pprof file in samples that have a label of that value. */
function labelledNanos({ sample, stringTable: { strings } }: Profile, key: string, value: string): number {
  const has = sample.filter(({ label }) =>
    label.some((each) => strings[Number(each.key)] === key && strings[Number(each.str)] === value),
  )
  return has.reduce((sum, each) => sum + Number(each.value[1]), 0)
}

describe('profiles of a program with two requests at the same time', () => {
  it('say which span, local root and route each function ran for', async () => {
    const { places, profiles, files, findings: said } = await run()
    expect(said).toEqual([])
    expect(new Set(profiles.map(({ type, unit }) => `${type}/${unit}`))).toEqual(
      new Set(['wall/nanoseconds', 'cpu/nanoseconds', 'inuse_objects/count', 'inuse_space/bytes']),
    )
    for (const profile of profiles) {
      expect(profile.resource).toMatchObject({ 'service.name': 'burning', 'telemetry.sdk.language': 'nodejs' })
      expect(profile.attributes).toEqual({ 'thread.id': 0 })
      expect(profile.durationMs).toBeGreaterThan(0)
      expect(profile.id).not.toMatch(/^0+$/)
    }
    const server = (where: string) =>
      sink.spans.find((span) => span.kind === 2 && span.traceId === places.get(where)?.traceId)
    for (const [name, where, request] of [
      ['burnFirst', 'first', 'first'],
      ['burnSecond', 'second', 'second'],
      ['burnInner', 'inner', 'first'],
    ] as const) {
      for (const type of ['wall', 'cpu']) {
        const samples = samplesIn(profiles, type, name)
        expect(shareInSpan(samples, places.get(where)?.spanId), `${name}, ${type}`).toBe(1)
        for (const { traceId, attributes, frames } of samples) {
          expect(traceId).toBe(places.get(where)?.traceId)
          expect(attributes).toEqual({
            'http.route': '/burn/:who',
            'clew.local_root.span_id': server(request)?.spanId,
            'clew.local_root.name': 'GET /burn/:who',
          })
          const frame = frames.find((each) => each.name === name)
          expect(frame?.file).toMatch(/burning-program\.mjs$/)
          expect(frame?.line).toBeGreaterThan(1)
          expect(frame?.attributes).toEqual({ 'profile.frame.type': 'v8js' })
        }
      }
    }
    expect(shareInSpan(samplesIn(profiles, 'wall', 'burnOutside'), undefined)).toBe(1)
    const kept = samplesIn(profiles, 'inuse_space', 'keepMemory').reduce(
      (sum, { values: [value = 0] }) => sum + value,
      0,
    )
    expect(kept).toBeGreaterThan(1e6)

    // The files say the same.
    const names = [...files.keys()]
    expect(names).toEqual([
      expect.stringMatching(/^burning-\d+-0-.*-heap\.pprof\.gz$/),
      expect.stringMatching(/-wall\.pprof\.gz$/),
    ])
    const wall = files.get(names[1]!)!
    expect(wall.sampleType.map(({ type }) => wall.stringTable.strings[Number(type)])).toEqual(['sample', 'wall', 'cpu'])
    for (const { spanId, traceId } of places.values()) {
      const sent = profiles
        .filter(({ type }) => type === 'wall')
        .flatMap(({ samples }) => samples)
        .filter((sample) => sample.spanId === spanId)
        .reduce((sum, { values: [value = 0] }) => sum + value, 0)
      expect(labelledNanos(wall, 'span_id', spanId)).toBe(sent)
      expect(labelledNanos(wall, 'trace_id', traceId)).toBeGreaterThanOrEqual(sent)
    }
  })

  it.each([
    ['always_off', {}],
    ['parentbased_traceidratio', { OTEL_TRACES_SAMPLER_ARG: '0' }],
  ])('have ids and route for traces that nobody keeps: %s', async (sampler, more: Env) => {
    const { places, profiles } = await run({ OTEL_TRACES_SAMPLER: sampler, ...more })
    expect(sink.spans).toEqual([])
    for (const [name, where] of [
      ['burnFirst', 'first'],
      ['burnSecond', 'second'],
      ['burnInner', 'inner'],
    ] as const) {
      const place = places.get(where)
      expect(place?.sampled).toBe(false)
      const samples = samplesIn(profiles, 'wall', name)
      expect(shareInSpan(samples, place?.spanId), name).toBe(1)
      for (const { traceId, attributes } of samples) {
        expect(traceId).toBe(place?.traceId)
        // One span stands for all of a trace that is not kept.
        expect(attributes).toEqual({ 'http.route': '/burn/:who', 'clew.local_root.span_id': place?.spanId })
      }
    }
  })

  it("have them under the SDK's tracer too", async () => {
    const { places, profiles } = await run({ CLEW_TRACER: 'sdk' })
    const samples = samplesIn(profiles, 'wall', 'burnSecond')
    expect(shareInSpan(samples, places.get('second')?.spanId)).toBe(1)
    expect(samples[0]?.attributes).toMatchObject({
      'http.route': '/burn/:who',
      'clew.local_root.name': 'GET /burn/:who',
    })
    expect(profiles[0]?.resource['service.instance.id']).toBe(
      sink.requests.find(({ path }) => path === '/v1/traces')?.resource['service.instance.id'],
    )
  })

  it('of one kind only, and as files only', async () => {
    const { files } = await run({ CLEW_PROFILES_KINDS: 'heap', OTEL_PROFILES_EXPORTER: 'none' })
    expect(sink.requests.filter(({ path }) => path.includes('profiles'))).toEqual([])
    expect([...files.keys()]).toEqual([expect.stringMatching(/-heap\.pprof\.gz$/)])
  })

  it('are off by default: nothing of them is loaded', async () => {
    const program = temporaryProgram({
      'main.cjs': `
        const loaded = () => Object.keys(require.cache).filter((file) => /pprof|profiler/.test(file))
        setTimeout(() => console.log(loaded().length), 100)`,
    })
    const lines = async (env: Env) => (await runProgram(program.url('main.cjs'), [], environment(env)).ended).stdout
    expect(await lines({})).toBe('0\n')
    expect(Number(await lines({ CLEW_PROFILES: 'on' }))).toBeGreaterThan(1)
    program.remove()
  })
})

describe('profiles for a time', () => {
  it('come in parts, and end by themselves while the program goes on', async () => {
    const env = environment({ CLEW_PROFILES: '8s', CLEW_PROFILES_INTERVAL: '500' })
    const program = runProgram('burning-program.mjs', ['stay'], env)
    try {
      const walls = (): OracleProfile[] =>
        sink.profiles.flatMap((body) => oracleProfiles(body)).filter(({ type }) => type === 'wall')
      await expect.poll(() => walls().length, { timeout: 60_000 }).toBeGreaterThan(1)
      const [first, second] = walls()
      expect(second!.timeMs).toBeCloseTo(first!.timeMs + first!.durationMs, -1)
      // The last part is short of time, and nothing comes after it.
      const sinceLastMs = (): number => Date.now() - walls().at(-1)!.timeMs - walls().at(-1)!.durationMs
      await expect.poll(sinceLastMs, { timeout: 60_000, interval: 500 }).toBeGreaterThan(4000)
      const parts = walls().length
      program.child.kill('SIGTERM')
      expect(await program.ended).toMatchObject({ signal: 'SIGTERM' })
      expect(walls()).toHaveLength(parts)
    } finally {
      program.child.kill('SIGKILL')
    }
  })
})

describe('a backend that takes no profiles', () => {
  it('is asked once, that is said once, and nothing is profiled any more', async () => {
    status = 404
    const { places } = await run({ CLEW_PROFILES_DIR: '', CLEW_PROFILES_INTERVAL: '200' })
    expect(places.size).toBe(3)
    const requests = sink.requests.filter(({ path }) => path.includes('profiles'))
    expect(requests).toHaveLength(1)
    expect(findings()).toEqual([
      `profiles are not sent: ${sink.url}/v1development/profiles refused telemetry: HTTP 404; none are taken any more; CLEW_PROFILES_DIR writes them to files`,
    ])
  })

  it('does not keep them from being written to files', async () => {
    status = 501
    const { files } = await run({ CLEW_PROFILES_INTERVAL: '200' })
    expect(sink.requests.filter(({ path }) => path.includes('profiles'))).toHaveLength(1)
    expect(findings()).toEqual([expect.stringContaining(`they are in ${folder} only`)])
    expect(files.size).toBeGreaterThan(2)
  })
})

describe('without the library', () => {
  it('a finding says what to install, and the program runs as it would', async () => {
    // An installation of the agent with all of its packages but this one.
    const agent = mkdtempSync(join(tmpdir(), 'clew-agent-'))
    cpSync(join(root, 'packages/agent/dist'), join(agent, 'dist'), { recursive: true })
    cpSync(join(root, 'packages/agent/package.json'), join(agent, 'package.json'))
    mkdirSync(join(agent, 'node_modules'))
    for (const name of readdirSync(join(root, 'node_modules'))) {
      if (name !== '@datadog') symlinkSync(join(root, 'node_modules', name), join(agent, 'node_modules', name))
    }
    const program = temporaryProgram({
      'main.mjs': `import http from 'node:http'\nsetTimeout(() => console.log('done'), 300)`,
    })
    const register = pathToFileURL(join(agent, 'dist/register.js')).href
    const env = environment({ CLEW_PROFILES: 'on' })
    expect(await runProgram(program.url('main.mjs'), [], env, ['--import', register]).ended).toMatchObject({
      code: 0,
      stdout: 'done\n',
      stderr: '',
    })
    expect(findings()).toEqual(['no profiles are taken: @datadog/pprof is not installed: npm install @datadog/pprof'])
    // Where the program has it, it is found.
    sink.logs.length = 0
    mkdirSync(join(program.folder, 'node_modules'))
    symlinkSync(join(root, 'node_modules/@datadog'), join(program.folder, 'node_modules/@datadog'))
    await runProgram(program.url('main.mjs'), [], env, ['--import', register]).ended
    expect(findings()).toEqual([])
    expect(sink.profiles.length).toBeGreaterThan(0)
    program.remove()
    rmSync(agent, { recursive: true })
  })
})

describe('OTEL_CONFIG_FILE', () => {
  it('switches profiles, which go where the traces go', async () => {
    const program = temporaryProgram({
      'otel.yaml': `
file_format: "1.0"
tracer_provider:
  processors:
    - batch:
        exporter:
          otlp_http:
            endpoint: \${SINK}/v1/traces
            headers:
              - name: x-tenant
                value: a
instrumentation/development:
  js:
    profiles:
      enabled: true
      kinds: wall
      samples_per_second: 50
`,
    })
    await run({
      CLEW_PROFILES: '',
      CLEW_PROFILES_DIR: '',
      OTEL_CONFIG_FILE: `${program.folder}/otel.yaml`,
      SINK: sink.url,
    })
    const [request] = sink.requests.filter(({ path }) => path.includes('profiles'))
    expect(request?.headers).toMatchObject({ 'x-tenant': 'a', 'content-type': 'application/x-protobuf' })
    const [wall] = sink.profiles.flatMap((body) => oracleProfiles(body))
    expect(wall).toMatchObject({ type: 'wall' })
    // The library gives what it has reached, which is not less.
    expect(wall!.period).toBeGreaterThanOrEqual(20_000_000)
    program.remove()
  })
})
