import { readFileSync } from 'node:fs'
import { ClewError, errorMessage } from '@clew/base/errors'
import { parseTokenEntry } from '../auth/token-entry.ts'
import type { Environment } from '../config/environment.ts'
import type { TlsTrust } from './tls-fetch.ts'

/**
 * The token that CLEW_AUTH_TOKEN gives to send: the token itself, or the first of a list of entries (as the server takes
 * them) that is not a hash. Throws ClewError USAGE for what is neither, without repeating it.
 */
export function tokenToSend(environment: Environment): string | undefined {
  const text = environment['CLEW_AUTH_TOKEN']?.trim()
  if (text === undefined || text === '') return undefined
  const parsed = text.split(',').map((entry, index) => parseTokenEntry(entry.trim(), index + 1))
  for (const entry of parsed) if (typeof entry !== 'string' && entry.plain !== undefined) return entry.plain
  const problem = parsed.find((entry) => typeof entry === 'string')
  if (problem === undefined) return undefined // hashes only: they are for the server
  throw new ClewError('USAGE', `CLEW_AUTH_TOKEN: ${problem}`, { fix: 'set it to the token alone' })
}

/** Certificates that CLEW_CA_FILE, CLEW_CERT_FILE and CLEW_KEY_FILE name. Throws ClewError TLS_FILE. */
export function trustFrom(environment: Environment): TlsTrust {
  const [ca, cert, key] = ['CLEW_CA_FILE', 'CLEW_CERT_FILE', 'CLEW_KEY_FILE'].map((name) => {
    const path = environment[name]
    return path === undefined || path === '' ? undefined : readPem(name, path)
  })
  if ((cert === undefined) !== (key === undefined)) {
    throw new ClewError('USAGE', 'CLEW_CERT_FILE and CLEW_KEY_FILE belong together', { fix: 'set both, or none' })
  }
  return { ca, cert, key }
}

/** A PEM file. Throws ClewError TLS_FILE that names where its path was given. */
export function readPem(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ClewError('TLS_FILE', `${name}: cannot read ${path}: ${errorMessage(cause)}`, { cause })
  }
}
