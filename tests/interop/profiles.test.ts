import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'
import { oracleProfiles, type OracleProfile } from '@clew/testkit/profiles-oracle'
import { REGISTER_URL } from '../../packages/agent/src/launch.ts'
import { buildAgent } from '../../packages/agent/src/testdata/build-agent.ts'
import { placesOf, samplesIn, shareInSpan, type BurningPlace } from '../../packages/agent/src/testdata/profile-time.ts'
import { runProgram } from '../../packages/agent/src/testdata/run-program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const THREADS = new URL('./agent-nodes/threads.mjs', import.meta.url).href

let sink: OtlpSink
let folder: string

beforeAll(buildAgent, 120_000)
beforeEach(async () => {
  sink = await OtlpSink.start()
  folder = mkdtempSync(join(tmpdir(), 'clew-profiles-'))
})
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await sink.close()
})

interface Run {
  readonly places: ReadonlyMap<string, BurningPlace>
  readonly profiles: readonly OracleProfile[]
}

async function run(program: string, version: string, flag: string[], env: Record<string, string> = {}): Promise<Run> {
  const node = join(root, `.cache/nodes/${version}/node_modules/node-${process.platform}-${process.arch}/bin/node`)
  const all = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    CLEW_EXIT_BUDGET_MS: '15000',
    CLEW_CONTROL: 'off',
    CLEW_PROFILES: 'on',
    CLEW_PROFILES_DIR: folder,
    ...env,
  }
  const { code, signal, stdout, stderr } = await runProgram(program, [], all, [...flag, '--import', REGISTER_URL], node)
    .ended
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' })
  return { places: placesOf(stdout), profiles: sink.profiles.flatMap((body) => oracleProfiles(body)) }
}

/** What the tool of Go says about the file of a kind. */
function goPprof(kind: string, ...args: readonly string[]): string {
  const files = readdirSync(folder).filter((name) => name.includes(`-${kind}.`))
  const paths = files.map((name) => join(folder, name))
  return execFileSync('go', ['tool', 'pprof', '-symbolize=none', ...args, ...paths], {
    encoding: 'utf8',
    stdio: 'pipe',
  })
}

describe.each([
  ['20.19', []],
  ['22', []],
  ['22', ['--experimental-async-context-frame']],
  ['24', []],
  ['24', ['--no-async-context-frame']],
  ['26', []],
])('@datadog/pprof 5.20.0 on Node %s %s', (version, flag) => {
  it.each([
    ['that is kept', 'always_on'],
    ['that is not', 'always_off'],
  ])('joins samples to a trace %s', async (_name, sampler) => {
    const { places, profiles } = await run('burning-program.mjs', version, flag, { OTEL_TRACES_SAMPLER: sampler })
    for (const [name, where] of [
      ['burnFirst', 'first'],
      ['burnSecond', 'second'],
      ['burnInner', 'inner'],
    ] as const) {
      const samples = samplesIn(profiles, 'wall', name)
      expect(shareInSpan(samples, places.get(where)?.spanId), name).toBe(1)
      for (const { traceId, attributes } of samples) {
        expect(traceId).toBe(places.get(where)?.traceId)
        expect(attributes['http.route']).toBe('/burn/:who')
      }
    }
    expect(shareInSpan(samplesIn(profiles, 'wall', 'burnOutside'), undefined)).toBe(1)
    expect(samplesIn(profiles, 'inuse_space', 'keepMemory').length).toBeGreaterThan(0)
  })
})

it.each(['20.19', '26'])(
  '@datadog/pprof 5.20.0 on Node %s profiles each thread, and lets one be ended',
  async (version) => {
    const { places, profiles } = await run(THREADS, version, [], { CLEW_PROFILES_INTERVAL: '200' })
    expect(places.size).toBe(3)
    for (const [threadId, { spanId }] of places) {
      const own = profiles.filter(({ attributes }) => attributes['thread.id'] === Number(threadId))
      expect(shareInSpan(samplesIn(own, 'wall', 'burnInThread'), spanId), threadId).toBe(1)
    }
  },
)

describe('go tool pprof', () => {
  it('reads the files: functions, labels, types', { timeout: 600_000 }, async () => {
    const { places } = await run('burning-program.mjs', '24', [])
    const second = places.get('second')?.spanId ?? ''
    const top = goPprof(
      'wall',
      '-top',
      '-cum',
      '-nodecount=1000',
      '-unit=ms',
      '-sample_index=wall',
      `-tagfocus=span_id=${second}`,
    )
    expect(top).toContain('Type: wall')
    expect(top).toMatch(/ [1-9][\d.]*ms +[\d.]+% {2}burnSecond\n/)
    expect(top).not.toMatch(/burnFirst|burnInner|burnOutside/)
    expect(goPprof('wall', '-top', '-sample_index=cpu', '-tagfocus=http.route=/burn')).toContain('Type: cpu')
    const tags = goPprof('wall', '-tags', '-sample_index=wall')
    for (const { spanId, traceId } of places.values()) {
      expect(tags).toContain(spanId)
      expect(tags).toContain(traceId)
    }
    expect(tags).toContain('GET /burn/:who')
    expect(goPprof('heap', '-top', '-sample_index=inuse_space')).toMatch(/keepMemory\n/)
    expect(goPprof('heap', '-raw')).toMatch(/objects\/count space\/bytes|inuse_objects\/count/)
  })
})
