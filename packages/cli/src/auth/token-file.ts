import { chmodSync, mkdirSync, readFileSync, renameSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ClewError, errorMessage } from '@clew/base/errors'
import { SCOPES } from '@clew/base/scope'
import { z } from 'zod'

const fileSchema = z.strictObject({
  version: z.literal(1),
  tokens: z.array(
    z.strictObject({
      name: z.string(),
      scopes: z.array(z.enum(SCOPES)),
      /** SHA-256 in hex. */
      hash: z.string().regex(/^[0-9a-f]{64}$/),
      createdAt: z.string(),
    }),
  ),
})

/** A token in the data directory. */
export type StoredToken = z.infer<typeof fileSchema>['tokens'][number]

/** Where the tokens of a data directory are kept. */
export function tokenFilePath(dataDir: string): string {
  return join(dataDir, 'tokens.json')
}

/**
 * The tokens of a data directory; undefined when it has no token file. Throws ClewError TOKEN_FILE for a file that cannot
 * be understood: nobody is let in by accident.
 */
export function readTokenFile(dataDir: string): readonly StoredToken[] | undefined {
  const path = tokenFilePath(dataDir)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(path, errorMessage(error), error)
  }
  try {
    return fileSchema.parse(JSON.parse(text)).tokens
  } catch (error) {
    throw unreadable(path, 'it is not what `clew token` writes', error)
  }
}

/** Tells one state of the token file from another without reading it; empty when there is none. */
export function tokenFileState(dataDir: string): string {
  const stat = statSync(tokenFilePath(dataDir), { throwIfNoEntry: false })
  return stat === undefined ? '' : `${stat.ino}:${stat.size}:${stat.mtimeMs}`
}

/**
 * Changes the tokens of a data directory, one change at a time also between processes. The file is for this user alone and
 * is replaced as a whole. An empty list stays a file: taking the last token away must not open the ports.
 */
export function changeTokenFile(
  dataDir: string,
  change: (tokens: readonly StoredToken[]) => readonly StoredToken[],
): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const lock = `${tokenFilePath(dataDir)}.lock`
  takeLock(lock)
  try {
    const tokens = change(readTokenFile(dataDir) ?? [])
    const path = tokenFilePath(dataDir)
    const fresh = `${path}.new`
    writeFileSync(fresh, `${JSON.stringify({ version: 1, tokens }, null, 2)}\n`, { mode: 0o600, flush: true })
    chmodSync(fresh, 0o600)
    renameSync(fresh, path)
  } finally {
    rmdirSync(lock)
  }
}

const LOCK_ATTEMPTS = 100
const LOCK_PAUSE_MS = 50

function takeLock(lock: string): void {
  for (let attempt = 0; ; attempt++) {
    try {
      mkdirSync(lock)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt >= LOCK_ATTEMPTS) {
        throw new ClewError('TOKEN_FILE', `cannot lock the token file: ${errorMessage(error)}`, {
          fix: `when no other \`clew token\` runs, remove ${lock}`,
          cause: error,
        })
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_PAUSE_MS)
    }
  }
}

function unreadable(path: string, why: string, cause: unknown): ClewError {
  return new ClewError('TOKEN_FILE', `cannot read the tokens in ${path}: ${why}`, {
    fix: 'put it right, or remove it and make tokens anew with `clew token create`',
    cause,
  })
}
