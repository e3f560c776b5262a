import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { OTLP, start, status } from './ask.ts'
import { eventually, FREE_PORTS, newDataDir, runClew, startClew } from './clew-process.ts'

describe('tokens in settings', () => {
  const token = 'a-token-of-my-own-making-1'
  it('are hashes where they lie in a file, made by clew token hash', async () => {
    const folder = newDataDir()
    const hashed = await runClew(['token', 'hash', 'ci', '--scope', 'ingest,read', '--new'])
    const [made = ''] = /clew_\S+/.exec(hashed.stderr) ?? []
    expect(hashed.stdout.trim()).toMatch(/^ci:ingest\+read:sha256:[0-9a-f]{64}$/)
    writeFileSync(join(folder, 'plain.yaml'), `auth_token: ["${token}"]\n`)
    const plain = await runClew(['up', '--settings', join(folder, 'plain.yaml'), '--data-dir', folder, ...FREE_PORTS])
    expect([plain.code, plain.stderr]).toEqual([
      2,
      expect.stringContaining('plain.yaml:1:1: a token stands here in plain text'),
    ])
    expect(plain.stderr).not.toContain(token)
    writeFileSync(join(folder, 'hashed.yaml'), `auth_token: ["${hashed.stdout.trim()}"]\n`)
    const clew = await start(newDataDir(), ['--settings', join(folder, 'hashed.yaml')])
    expect(await status(`${clew.ui}/api/status`, made)).toBe(200)
    await clew.stop()
  })

  it('given as a flag are not seen by other users of the machine', async () => {
    const clew = await start(newDataDir(), ['--auth-token', `ci:read:${token}`, '--session-key', 'k'.repeat(32)])
    expect(await status(`${clew.ui}/api/status`, token)).toBe(200)
    const seen = execFileSync('ps', ['-o', 'args=', '-p', String(clew.process.child.pid)]).toString()
    expect(seen).toContain('clew up')
    expect(seen).not.toContain(token)
    expect(seen).not.toContain('kkkk')
    await clew.stop()
  })
})

describe('secrets', () => {
  const secret = 'hunter2-hunter2'
  it.each([
    ['a wrong store address', ['up', '--store', `mysql://u:${secret}@h`]],
    ['a short session key', ['up', '--session-key', secret]],
    ['a token that cannot be one', ['up', '--auth-token', `ci:read:${secret} x`]],
    ['a scope that is none', ['up', '--auth-token', `ci:write:${secret}-${secret}`]],
    [
      'a printed configuration',
      [
        'print-config',
        '--set',
        `exporters.otlp_http.headers.x=${secret}`,
        '--set',
        `exporters.otlp_http.endpoint=https://u:${secret}@h`,
      ],
    ],
  ])('are not repeated: %s', async (_what, args) => {
    const { stdout, stderr } = await runClew([...args, '--data-dir', newDataDir()])
    expect(stdout + stderr).not.toBe('')
    expect(stdout + stderr).not.toContain(secret)
  })

  it('are not repeated while the store cannot be reached, whoever looks', async () => {
    const clew = await startClew(newDataDir(), ['--store', `clickhouse://u:${secret}@127.0.0.1:1/db`])
    const asked = await Promise.all(
      ['/readyz', '/api/pipeline', '/api/status', '/api/services', '/metrics'].map(async (path) =>
        (await fetch(`${clew.ui}${path}`)).text(),
      ),
    )
    await clew.stop()
    const { stdout, stderr } = clew.process.output()
    expect(asked.join('')).toContain('cannot be reached')
    expect(stderr).toContain('cannot be reached')
    expect(stdout + stderr + asked.join('')).not.toContain(secret)
  })
})

it('no text of telemetry reprograms the terminal it is shown on', async () => {
  const clew = await start()
  const evil = 'a\u001b]0;owned\u0007\u001b[2J\u009b1m\r\nb'
  const traceId = '0000000000000000000000000000e5c0'
  const nanos = `${Date.now() - 1000}000000`
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })
  const resource = { attributes: [attribute('service.name', evil), attribute(evil, evil)] }
  const scope = { name: evil }
  const span = {
    traceId,
    spanId: '00000000000000e5',
    name: evil,
    kind: 2,
    startTimeUnixNano: nanos,
    endTimeUnixNano: nanos,
    attributes: [attribute(evil, evil)],
    status: { code: 2, message: evil },
    events: [{ name: evil, timeUnixNano: nanos, attributes: [attribute(evil, evil)] }],
  }
  const record = {
    timeUnixNano: nanos,
    severityText: evil,
    severityNumber: 17,
    body: { stringValue: evil },
    eventName: evil,
  }
  const send = (path: string, body: unknown) =>
    status(`${clew.otlpHttp}${path}`, undefined, { ...OTLP, body: JSON.stringify(body) })
  expect(await send('/v1/traces', { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }] })).toBe(200)
  expect(await send('/v1/logs', { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [record] }] }] })).toBe(
    200,
  )
  await eventually(async () => ((await status(`${clew.ui}/api/traces/${traceId}`)) === 200 ? true : undefined))
  const env = { ...clew.env, FORCE_COLOR: '' }
  for (const args of [
    ['traces'],
    ['trace', traceId],
    ['trace', traceId, '--span', '00000000000000e5'],
    ['logs'],
    ['services'],
  ]) {
    const { stdout, stderr, code } = await runClew(args, { env })
    expect([args[0], code, stdout]).toEqual([args[0], 0, expect.stringContaining('owned')])
    // Line breaks are ours; everything else below a blank would be the sender's.
    const control = Array.from(stdout + stderr).filter(
      (char) => char !== '\n' && (char < ' ' || (char >= '\u007f' && char <= '\u009f')),
    )
    expect(control).toEqual([])
  }
  await clew.stop()
})
