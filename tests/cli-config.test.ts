import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually, firstJsonLine, newDataDir, removeDataDirs, runClew, spawnClew, startClew } from './clew-process.ts'
import type { ClewProcess, Running } from './clew-process.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clew-config-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  removeDataDirs()
})

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const GATEWAY = `
receivers:
  otlp:
    protocols:
      grpc: {endpoint: 127.0.0.1:0}
      http: {endpoint: 127.0.0.1:0}
processors:
  resource:
    attributes:
      - {key: deployment.environment.name, value: "\${env:STAGE:-test}", action: upsert}
exporters:
  otlp_grpc:
    endpoint: \${env:UPSTREAM:-127.0.0.1:4317}
    tls: {insecure: true}
    headers: {authorization: secret-value}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [resource], exporters: [otlp_grpc]}
`

describe('clew validate', () => {
  it('accepts the default and a good configuration', async () => {
    expect(await runClew(['validate'])).toMatchObject({
      code: 0,
      stdout: 'valid: 3 pipelines (traces, logs, metrics)\n',
    })
    const { code, stdout } = await runClew(['validate', '--config', file('good.yaml', GATEWAY), '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ valid: true, pipelines: ['traces'] })
  })

  it('names file, line, column, path and the fix', async () => {
    const path = file(
      'bad.yaml',
      GATEWAY.replace('endpoint: 127.0.0.1:0}\n      http', 'endpont: 127.0.0.1:0}\n      http'),
    )
    const { code, stderr, stdout } = await runClew(['validate', '--config', path])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(`${path}:5:14: receivers::otlp::protocols::grpc`)
    expect(stderr).toContain('did you mean "endpoint"?')
    const json = await runClew(['validate', '--config', path, '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ valid: false, error: { code: 'BAD_CONFIG' } })
  })

  it('rejects settings by the name they were given under', async () => {
    expect((await runClew(['validate', '--port', 'x'])).stderr).toContain('--port: is not a port number')
    expect((await runClew(['validate'], { env: { CLEW_RETENTION: 'long' } })).stderr).toContain(
      "CLEW_RETENTION: 'long' is not a duration",
    )
    const settings = file('clew.yaml', 'port: 5000\nretension: 3d\n')
    const { code, stderr } = await runClew(['validate', '--settings', settings])
    expect(code).toBe(2)
    expect(stderr).toContain(`${settings}:2:1: there is no setting 'retension'`)
    expect(stderr).toContain("did you mean 'retention'?")
  })
})

describe('clew print-config', () => {
  it('prints what runs: merged, expanded, with secrets masked, and valid again', async () => {
    const path = file('print.yaml', GATEWAY)
    const { stdout } = await runClew(
      ['print-config', '--config', path, '--set', 'exporters.otlp_grpc.compression=none'],
      {
        env: { UPSTREAM: 'far:4317' },
      },
    )
    expect(stdout).toContain('endpoint: far:4317')
    expect(stdout).toContain('compression: none')
    expect(stdout).not.toContain('secret-value')
    const shown = await runClew(['print-config', '--config', path, '--show-secrets'], { env: { STAGE: 'live' } })
    expect(shown.stdout).toContain('value: live')
    expect((await runClew(['validate', '--config', file('again.yaml', shown.stdout)])).code).toBe(0)
  })

  it('shows settings in the default configuration', async () => {
    const { stdout } = await runClew(['print-config', '--otlp-grpc-port', '5317'], { env: { CLEW_HOST: '::1' } })
    expect(stdout).toContain("endpoint: '[::1]:5317'".replaceAll("'", '"'))
  })
})

describe('clew components', () => {
  it('lists what a configuration may contain', async () => {
    const { stdout } = await runClew(['components', '--json'])
    const types = (JSON.parse(stdout) as { kind: string; type: string }[]).map(({ kind, type }) => `${kind} ${type}`)
    for (const wanted of [
      'receiver otlp',
      'processor batch',
      'processor memory_limiter',
      'processor attributes',
      'processor resource',
      'processor probabilistic_sampler',
      'exporter clew',
      'exporter otlp_grpc',
      'exporter otlp_http',
      'exporter debug',
      'exporter file',
      'extension health_check',
    ])
      expect(types).toContain(wanted)
  })
})

describe('clew collector', () => {
  let clew: ClewProcess | undefined
  let sidecar: Running | undefined
  afterEach(async () => {
    sidecar?.child.kill('SIGKILL')
    await clew?.stop()
  })

  it('takes, changes and forwards, and flushes on SIGTERM', async () => {
    clew = await startClew(newDataDir())
    const upstream = clew
    sidecar = spawnClew(['collector', '--config', file('sidecar.yaml', GATEWAY), '--json'], {
      env: { UPSTREAM: new URL(clew.otlpGrpc).host, STAGE: 'sidecar' },
    })
    const { addresses } = (await firstJsonLine(sidecar)) as { addresses: { 'receiver/otlp': { http: string } } }
    const response = await fetch(`http://${addresses['receiver/otlp'].http}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceSpans: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 'behind' } }] },
            scopeSpans: [
              {
                spans: [
                  {
                    traceId: '5b8efff798038103d269b633813fc60c',
                    spanId: 'eee19b7ec3c1b174',
                    name: 'work',
                    startTimeUnixNano: `${Date.now() - 5}000000`,
                    endTimeUnixNano: `${Date.now()}000000`,
                  },
                ],
              },
            ],
          },
        ],
      }),
    })
    expect(response.status).toBe(200)
    sidecar.child.kill('SIGTERM')
    expect((await sidecar.finished).code).toBe(0)
    await eventually(async () => {
      const { stdout } = await runClew(['traces', '--json', 'deployment.environment.name=sidecar'], {
        env: upstream.env,
      })
      return (JSON.parse(stdout) as { traces: unknown[] }).traces.length === 1 ? true : undefined
    })
  })

  it('has no store, and says what to do instead', async () => {
    const path = file(
      'store.yaml',
      GATEWAY.replace(/otlp_grpc:\n[^]*secret-value\}/, 'clew:').replace('[otlp_grpc]', '[clew]'),
    )
    const { code, stderr } = await runClew(['collector', '--config', path])
    expect(code).toBe(2)
    expect(stderr).toContain('clew up --config')
  })

  it('needs a configuration', async () => {
    expect(await runClew(['collector'])).toMatchObject({ code: 2 })
  })
})
