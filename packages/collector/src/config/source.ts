import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ConfigError } from './config-error.ts'
import type { ReferenceReader } from './expand.ts'

/** One text of configuration and where it is from. Later ones win over earlier ones. */
export interface ConfigSource {
  readonly name: string
  readonly text: string
}

/** What sources are read from; passed in, so that loading itself touches neither files nor the environment. */
export interface SourceEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

/**
 * Reads what `--config` and `--set` name: a path, `file:path`, `env:NAME`, `yaml:text`; `--set=a.b.c=v` comes last and
 * wins. Throws ConfigError CONFIG_READ.
 */
export function readSources(
  uris: readonly string[],
  sets: readonly string[],
  environment: SourceEnvironment,
): ConfigSource[] {
  const sources = uris.map((uri) => readUri(uri, environment))
  for (const set of sets) sources.push(setSource(set))
  return sources
}

/** Reads `${file:…}`, `${env:…}` and `${yaml:…}`. */
export function referenceReader(environment: SourceEnvironment): ReferenceReader {
  return (scheme, opaque) => {
    if (scheme === 'env') return environment.env[opaque]
    if (scheme === 'yaml') return opaque
    if (scheme === 'file') return readFile(opaque, environment.cwd).replace(/\r?\n$/, '')
    throw new Error(`scheme "${scheme}" is not supported for \${${scheme}:…}; use env, file or yaml`)
  }
}

function readUri(uri: string, environment: SourceEnvironment): ConfigSource {
  // One letter before the colon is a Windows drive, not a scheme.
  const match = /^([A-Za-z][A-Za-z0-9+.-]+):([\s\S]*)$/.exec(uri)
  const scheme = match?.[1] ?? 'file'
  const opaque = match?.[2] ?? uri
  switch (scheme) {
    case 'file':
      try {
        return { name: opaque, text: readFile(opaque, environment.cwd) }
      } catch (error) {
        throw failure(`cannot read ${opaque}: ${(error as NodeJS.ErrnoException).message}`, 'check the path', error)
      }
    case 'env': {
      const text = environment.env[opaque]
      if (text === undefined) throw failure(`environment variable ${opaque} is not set`, `set ${opaque}`)
      return { name: `env:${opaque}`, text }
    }
    case 'yaml':
      return { name: 'yaml:', text: opaque }
    default:
      throw failure(`scheme "${scheme}" of --config ${uri} is not supported`, 'use file:, env: or yaml:')
  }
}

function setSource(set: string): ConfigSource {
  const equals = set.indexOf('=')
  if (equals <= 0) throw failure(`--set ${set} has no value`, 'write --set=processors.batch.timeout=2s')
  const key = set.slice(0, equals).replaceAll('.', '::')
  return { name: `--set ${set.slice(0, equals)}`, text: `${key}: ${set.slice(equals + 1)}` }
}

function readFile(path: string, cwd: string): string {
  return readFileSync(resolve(cwd, path.replace(/^\/\/(?=\/)/, '')), 'utf8')
}

function failure(problem: string, fix: string, cause?: unknown): ConfigError {
  const error = new ConfigError({ code: 'CONFIG_READ', path: [], position: undefined, problem, fix })
  if (cause !== undefined) error.cause = cause
  return error
}
