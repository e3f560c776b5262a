import { describe, expect, test } from 'vitest'
import { createLogger } from './logger.ts'
import { isSecretName, redactText, redactValue } from './redact.ts'

const TOKEN = `clew_${'Ab1_'.repeat(10)}xyz`

describe('names', () => {
  test.each([
    'password',
    'db_password',
    'X-Api-Key',
    'apiKey',
    'clientSecret',
    'CLEW_AUTH_TOKEN',
    'authorization',
    'http.request.header.authorization',
    'Cookie',
    'private_key',
    'sessionKey',
  ])('%s is one that secrets go by', (name) => expect(isSecretName(name)).toBe(true))
  test.each([
    'tokens',
    'gen_ai.usage.input_tokens',
    'key',
    'passwords_checked',
    'cookie_count',
    'monkey',
    'author',
    '',
  ])('%s is not', (name) => expect(isSecretName(name)).toBe(false))
})

describe('texts', () => {
  test.each([
    ['clickhouse://u:p@ss@host:8123/db', 'clickhouse://u:[REDACTED]@host:8123/db'],
    ['cannot reach https://u:secret@h/x?y=1', 'cannot reach https://u:[REDACTED]@h/x?y=1'],
    ['amqp://:pw@h', 'amqp://:[REDACTED]@h'],
    ['Authorization: Bearer abc123def456', 'Authorization: Bearer [REDACTED]'],
    ['authorization=Bearer%20abcDEF123456', 'authorization=Bearer%20[REDACTED]'],
    ['Basic dXNlcjpwYXNz', 'Basic [REDACTED]'],
    [`token ${TOKEN} given`, 'token [REDACTED] given'],
    ['url?api_key=abc&x=1', 'url?api_key=[REDACTED]&x=1'],
    ['AWS_SECRET_ACCESS_KEY=abc x', 'AWS_SECRET_ACCESS_KEY=[REDACTED] x'],
    ['{"password":"abc","a":1}', '{"password":"[REDACTED]","a":1}'],
    ['-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----', '[REDACTED]'],
  ])('%s', (text, masked) => expect(redactText(text)).toBe(masked))

  test.each([
    'basic authentication is not enough',
    'http://localhost:4318/v1/traces',
    'a@b.example wrote: 12:30',
    'unexpected token: }',
    'clew_too_short',
    'http://[::1]:4317',
    '',
  ])('%s stays as it is', (text) => expect(redactText(text)).toBe(text))

  test('masking a masked text changes nothing', () => {
    const once = redactText(`http://u:p@h Bearer ${TOKEN} secret=abc`)
    expect(redactText(once)).toBe(once)
  })

  test.each(['a://a:', 'bearer ', 'a-', '-----BEGIN PRIVATE KEY-----', 'secret_', '"', 'clew_', 'Basic a', '://:@'])(
    'a megabyte of %s is done in time that grows with its length only',
    (piece) => {
      const long = piece.repeat(Math.ceil(1_000_000 / piece.length))
      expect(redactText(long).length).toBeGreaterThan(0)
    },
  )
})

test('values are masked by name and by form, at every depth, in lists too, and cycles end', () => {
  const cycle: Record<string, unknown> = { password: 'x', list: [{ apiKey: 1, url: 'http://u:p@h' }], n: 1, empty: '' }
  cycle['self'] = cycle
  const masked = JSON.stringify(redactValue(cycle))
  expect(masked).toContain(
    '{"password":"[REDACTED]","list":[{"apiKey":"[REDACTED]","url":"http://u:[REDACTED]@h"}],"n":1',
  )
  expect(masked).not.toContain('"x"')
})

test.each(['text', 'json'] as const)('no secret gets into a line of the log (%s)', (format) => {
  const lines: string[] = []
  const logger = createLogger({ level: 'debug', format, write: (line) => lines.push(line) })
  const error = new Error('cannot reach clickhouse://u:hunter2@h')
  logger.with({ authToken: 'hunter2' }).error('failed with Bearer hunter2hunter2', {
    error,
    password: 'hunter2',
    url: 'http://u:hunter2@h',
    nested: { headers: { authorization: 'hunter2' } },
    list: ['secret=hunter2'],
  })
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toContain('hunter2')
  expect(lines[0]).toContain('[REDACTED]')
})
