import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'
import { buildAgent } from '../testdata/build-agent.ts'
import { runProgram } from '../testdata/run-program.ts'
import { temporaryProgram, type TemporaryProgram } from '../testdata/temporary-program.ts'
import { withFileSettings } from './read-config-file.ts'

let sink: OtlpSink
let files: TemporaryProgram | undefined

beforeAll(buildAgent, 120_000)
beforeEach(async () => {
  sink = await OtlpSink.start()
})
afterEach(async () => {
  files?.remove()
  await sink.close()
})

async function run(yaml: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  files = temporaryProgram({ 'otel.yaml': yaml })
  const all = { OTEL_CONFIG_FILE: `${files.folder}/otel.yaml`, SINK: sink.url, CLEW_EXIT_BUDGET_MS: '15000', ...env }
  const { code, stderr, stdout } = await runProgram('program.mjs', ['end'], all).ended
  expect(code).toBe(0)
  expect(stdout).toContain('served /hello')
  return stderr
}

const exporter = (signal: string): string => `
          otlp_http:
            endpoint: \${SINK}/v1/${signal}
            compression: gzip
            headers:
              - name: x-tenant
                value: a=b,c`

const TRACES = `
tracer_provider:
  processors:
    - batch:
        schedule_delay: 100
        exporter: ${exporter('traces')}`

describe('OTEL_CONFIG_FILE', () => {
  it('takes the place of the OTEL_* variables', async () => {
    const yaml = `
file_format: "1.0"
resource:
  attributes:
    - name: service.name
      value: from file
    - name: deployment.environment.name
      value: \${STAGE:-staging}
${TRACES}
  limits:
    attribute_count_limit: 4
logger_provider:
  processors:
    - batch:
        exporter: ${exporter('logs')}
instrumentation/development:
  js:
    undici:
      enabled: false
`
    const stderr = await run(yaml, { OTEL_SERVICE_NAME: 'from environment', OTEL_TRACES_SAMPLER: 'always_off' })
    expect(stderr).toBe('')
    expect(sink.requests.length).toBeGreaterThan(1)
    for (const { path, headers, resource } of sink.requests) {
      expect(path).toMatch(/^\/v1\/(traces|logs)$/)
      expect(headers).toMatchObject({ 'x-tenant': 'a=b,c', 'content-encoding': 'gzip' })
      expect(resource).toMatchObject({ 'service.name': 'from file', 'deployment.environment.name': 'staging' })
    }
    expect(sink.spans.map((span) => span.kind).toSorted((a = 0, b = 0) => a - b)).toEqual([2, 2, 3])
    for (const span of sink.spans) expect(Object.keys(span.values)).toHaveLength(4)
    // The agent's own tracer does it.
    expect(new Set(sink.spans.map((span) => span.scope))).toEqual(new Set(['@clew/agent/http']))
  })

  it('can turn everything off', async () => {
    expect(await run(`file_format: "1.0"\ndisabled: true\n${TRACES}`)).toBe('')
    expect(sink.requests).toEqual([])
  })

  it('says what of it has no effect', async () => {
    const logs = `logger_provider:\n  processors:\n    - batch:\n        exporter: ${exporter('logs')}`
    const sampler =
      '  sampler:\n    jaeger_remote/development:\n      endpoint: http://localhost\n      initial_sampler:\n        always_on:'
    expect(await run(`file_format: "1.0"\n${TRACES}\n${sampler}\n${logs}`)).toBe('')
    const said = sink.logs.filter((log) => log.values['clew.finding.kind'] === 'configuration').map((log) => log.text)
    expect(said).toEqual([
      expect.stringMatching(/otel\.yaml: tracer_provider\.sampler: jaeger_remote\/development is not known/),
    ])
    expect(sink.spans.length).toBeGreaterThan(0)
  })

  it.each(['file_format: "1.0"\ntracer_provider: 7\n', ': no yaml :\n  -'])(
    'that cannot be used costs one line and the telemetry: %j',
    async (yaml) => {
      expect((await run(yaml)).trim().split('\n')).toEqual([expect.stringMatching(/^clew: the agent could not start/)])
      expect(sink.requests).toEqual([])
    },
  )
})

it('withFileSettings leaves the environment as it was', () => {
  const env: Record<string, string | undefined> = { OTEL_SERVICE_NAME: 'a', OTEL_NODE_X: 'n', OTHER: 'o' }
  const seen = withFileSettings(env, { OTEL_TRACES_EXPORTER: 'none' }, () => ({ ...env }))
  expect(seen).toEqual({ OTEL_TRACES_EXPORTER: 'none', OTEL_NODE_X: 'n', OTHER: 'o' })
  expect(env).toEqual({ OTEL_SERVICE_NAME: 'a', OTEL_NODE_X: 'n', OTHER: 'o' })
})
