import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, silentLogger } from '@clew/base/logger'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Authenticator } from './authenticator.ts'
import { credentialOf } from './credential.ts'
import { entryText, parseTokenEntry } from './token-entry.ts'
import { changeTokenFile, readTokenFile, tokenFilePath } from './token-file.ts'
import { hashToken, newToken, tokenProblem } from './token-text.ts'

const folder = (): string => mkdtempSync(join(tmpdir(), 'clew-tokens-'))
/** A clock that stands still until it is told otherwise. */
function handClock() {
  let nowMs = 1_000_000
  return {
    pass: (ms: number) => (nowMs += ms),
    unixMillis: () => nowMs,
    unixNanos: () => BigInt(nowMs) * 1_000_000n,
    monotonicMillis: () => nowMs,
    after: () => () => undefined,
  }
}
const stored = (name: string, token: string, scopes: ('ingest' | 'read' | 'admin')[] = ['read']) => ({
  name,
  scopes,
  hash: hashToken(token),
  createdAt: '2026-01-01T00:00:00Z',
})

describe('tokens', () => {
  test('are 256 random bits, need no quoting and are known by SHA-256', () => {
    const tokens = Array.from({ length: 100 }, newToken)
    expect(new Set(tokens).size).toBe(100)
    for (const token of tokens) {
      expect(token).toMatch(/^clew_[A-Za-z0-9_-]{43}$/)
      expect(tokenProblem(token)).toBeUndefined()
    }
    expect(hashToken('abc')).toBe(createHash('sha256').update('abc').digest('hex'))
  })

  test('of one’s own are taken from 20 to 512 characters of RFC 6750', () => {
    expect(tokenProblem('a'.repeat(19))).toContain('20 or more')
    expect(tokenProblem('a'.repeat(20))).toBeUndefined()
    expect(tokenProblem('a'.repeat(512))).toBeUndefined()
    expect(tokenProblem('a'.repeat(513))).toContain('512')
    expect(tokenProblem('q1Jb+/x7Zk3mE0p8s9w2Yg==')).toBeUndefined()
    for (const bad of ['a b', 'ä', 'a,b', 'a:b', 'a=b', ''].map((text) => text.padEnd(text === '' ? 0 : 30, 'x')))
      expect(tokenProblem(bad)).toContain('characters')
  })
})

describe('entries', () => {
  const token = 'my-own-token-of-some-length'
  const hash = hashToken(token)
  test.each([
    [token, { name: 'token-3', scopes: ['admin'], hash }, token],
    [`ci:${token}`, { name: 'ci', scopes: ['admin'], hash }, token],
    [`ci:ingest:${token}`, { name: 'ci', scopes: ['ingest'], hash }, token],
    [`ci:read+ingest:${token}`, { name: 'ci', scopes: ['ingest', 'read'], hash }, token],
    [`ci:read:sha256:${hash}`, { name: 'ci', scopes: ['read'], hash }, undefined],
    [`ci:sha256:${hash}`, { name: 'ci', scopes: ['admin'], hash }, undefined],
    [`sha256:${hash}`, { name: 'token-3', scopes: ['admin'], hash }, undefined],
  ])('%s', (text, entry, plain) => {
    expect(parseTokenEntry(text, 3)).toEqual({ entry, plain })
    expect(parseTokenEntry(entryText(entry as never), 1)).toEqual({ entry, plain: undefined })
  })

  test.each([
    ['short', 'token has 5 characters'],
    ['a:b:c:d', 'too many parts'],
    [`ci:write:${token}`, "'write' is no scope"],
    [`c i:${token}`, 'a name has'],
    [`:${token}`, 'a name has'],
    ['ci:read:sha256:abc', '64 hex digits'],
    [`ci:read:sha256:${hash.toUpperCase()}`, '64 hex digits'],
  ])('%s is refused', (text, problem) => expect(parseTokenEntry(text, 1)).toContain(problem))

  test('never throw, and what they say never repeats the token', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 6 }), (head, secret) => {
        const result = parseTokenEntry(`${head}:read:${secret} with a blank`, 1)
        if (typeof result === 'string' && !/^[\w\s]*$/.test(secret)) expect(result.includes(secret)).toBe(false)
      }),
    )
  })
})

describe('the Authorization header', () => {
  test.each([
    ['Bearer abc', 'abc'],
    ['bearer  abc ', 'abc'],
    [`Basic ${Buffer.from('grafana:abc').toString('base64')}`, 'abc'],
    [`Basic ${Buffer.from(':a:b').toString('base64')}`, 'a:b'],
    ['Basic !!!', undefined],
    [`Basic ${Buffer.from('abc').toString('base64')}`, undefined],
    [`Basic ${Buffer.from('abc:').toString('base64')}`, undefined],
    ['Bearer', undefined],
    ['Bearer ', undefined],
    ['Digest abc', undefined],
    ['abc', undefined],
    [`Bearer ${'x'.repeat(3000)}`, undefined],
    [undefined, undefined],
  ])('%s', (header, token) => expect(credentialOf(header)).toBe(token))
})

describe('the token file', () => {
  test('holds no token, is for its user alone, and is replaced as a whole', () => {
    const dir = join(folder(), 'new')
    const token = newToken()
    changeTokenFile(dir, () => [stored('ana', token)])
    changeTokenFile(dir, (tokens) => [...tokens, stored('ben', newToken())])
    const text = readFileSync(tokenFilePath(dir), 'utf8')
    expect(text).not.toContain(token)
    expect(text).toContain(hashToken(token))
    expect(statSync(tokenFilePath(dir)).mode & 0o777).toBe(0o600)
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    expect(readTokenFile(dir)?.map(({ name }) => name)).toEqual(['ana', 'ben'])
    expect(readTokenFile(folder())).toBeUndefined()
  })

  test.each(['', '{', '[]', '{"version":2,"tokens":[]}', '{"version":1,"tokens":[{"name":"a"}]}'])(
    'that holds %j lets nobody in: it is an error',
    (text) => {
      const dir = folder()
      writeFileSync(tokenFilePath(dir), text)
      const open = () =>
        new Authenticator({ entries: [], dataDir: dir, mayBeOpen: false, clock: handClock(), logger: silentLogger })
      expect(open).toThrow(expect.objectContaining({ code: 'TOKEN_FILE' }))
    },
  )
})

describe('the authenticator', () => {
  const started = (dir: string | undefined, entries: Parameters<typeof hashToken>[0][] = []) => {
    const clock = handClock()
    const lines: string[] = []
    const logger = createLogger({ level: 'info', format: 'text', write: (line) => lines.push(line) })
    const parsed = entries.map((text, index) => parseTokenEntry(text, index + 1))
    const auth = new Authenticator({
      entries: parsed.map((one) => (typeof one === 'string' ? expect.unreachable(one) : one.entry)),
      dataDir: dir,
      mayBeOpen: false,
      clock,
      logger,
    })
    return { auth, clock, lines }
  }

  test('without a token asks for none; with one it asks everybody', () => {
    expect(started(undefined).auth.required()).toBe(false)
    expect(started(folder()).auth.required()).toBe(false)
    const { auth } = started(undefined, ['ci:ingest:my-own-token-of-some-length'])
    expect(auth.required()).toBe(true)
    expect(auth.identify('Bearer my-own-token-of-some-length')).toMatchObject({ name: 'ci', scopes: ['ingest'] })
    expect(auth.identify('Bearer my-own-token-of-some-lengtH')).toBeUndefined()
    expect(auth.identify(undefined)).toBeUndefined()
    expect(auth.refusal(undefined, 'read')?.code).toBe('UNAUTHENTICATED')
    expect(auth.refusal(['ingest'], 'read')?.code).toBe('FORBIDDEN')
    expect(auth.refusal(['admin'], 'read')).toBeUndefined()
  })

  test('takes over within a second what is made and revoked, and stays closed when the last token goes', () => {
    const dir = folder()
    const { auth, clock } = started(dir)
    const token = newToken()
    expect(auth.required()).toBe(false)
    changeTokenFile(dir, () => [stored('ana', token)])
    expect(auth.required()).toBe(false)
    clock.pass(1000)
    expect(auth.required()).toBe(true)
    const caller = auth.identify(`Bearer ${token}`)
    expect(caller?.name).toBe('ana')
    expect(auth.callerOf(caller?.id ?? '')).toBe(caller)
    changeTokenFile(dir, () => [])
    clock.pass(1000)
    expect(auth.identify(`Bearer ${token}`)).toBeUndefined()
    expect(auth.callerOf(caller?.id ?? '')).toBeUndefined()
    expect(auth.required()).toBe(true)
    rmSync(tokenFilePath(dir))
    clock.pass(1000)
    expect(auth.required()).toBe(true)
  })

  test('keeps the tokens it has when the file breaks while it runs, and says so', () => {
    const dir = folder()
    const token = newToken()
    changeTokenFile(dir, () => [stored('ana', token)])
    const { auth, clock, lines } = started(dir)
    writeFileSync(tokenFilePath(dir), 'broken')
    clock.pass(1000)
    expect(auth.identify(`Bearer ${token}`)?.name).toBe('ana')
    expect(lines.join('\n')).toContain('the tokens from before still count')
  })

  test('an empty file at the start closes the ports', () => {
    const dir = folder()
    changeTokenFile(dir, () => [])
    expect(started(dir).auth.required()).toBe(true)
  })

  test('tokens of its own let in, and make nobody else need one', () => {
    const { auth } = started(undefined)
    const token = auth.issue('here', ['ingest'])
    const caller = auth.identify(`Bearer ${token}`)
    expect(caller).toMatchObject({ name: 'here', scopes: ['ingest'] })
    expect(auth.callerOf(caller?.id ?? '')).toBe(caller)
    expect(auth.required()).toBe(false)
  })

  test('tells of refused callers in the log, not of each, and of no token', () => {
    const { auth, clock, lines } = started(undefined, ['my-own-token-of-some-length'])
    for (let i = 0; i < 50; i++) auth.refusal(undefined, 'read')
    expect(lines).toHaveLength(1)
    clock.pass(10_000)
    auth.refusal(undefined, 'read')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain('sinceStart=51')
    expect(lines.join('\n')).not.toContain('my-own')
  })
})
