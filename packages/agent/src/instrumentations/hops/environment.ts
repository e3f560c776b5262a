import { ChildProcess } from 'node:child_process'
import { beginIn } from '../../context/agent-context.ts'
import type { Plugin } from '../../plugins/plugin.ts'
import { arrived, carried } from './carrier.ts'

interface SpawnOptions {
  envPairs?: string[]
}

type Spawn = (this: unknown, options: SpawnOptions, ...rest: unknown[]) => unknown

/** Headers, and the environment variables they travel in. OpenTelemetry: environment variables as context carriers. */
const VARIABLES = { traceparent: 'TRACEPARENT', tracestate: 'TRACESTATE', baggage: 'BAGGAGE' } as const

/**
 * What a child process does belongs to what has started it: the context goes along in the environment, for children in any
 * language. A process that has been started in this way begins in that context; so does one in a CI job that sets it.
 */
export const childProcess: Plugin = {
  name: 'child_process',
  modules: [],
  libraries: ['node:child_process'],
  start: ({ env }) => {
    const carrier: Record<string, string> = {}
    for (const [header, name] of Object.entries(VARIABLES)) {
      const value = env[name]?.trim()
      if (value) carrier[header] = value
    }
    const begun = arrived(carrier)
    if (begun !== undefined) beginIn(begun)
    const prototype = ChildProcess.prototype as object as { spawn: Spawn }
    const original = prototype.spawn
    prototype.spawn = function spawn(options, ...rest) {
      addTo(options)
      return original.call(this, options, ...rest)
    }
  },
}

function addTo(options: SpawnOptions | undefined): void {
  const carrier = options?.envPairs === undefined ? undefined : carried()
  if (carrier === undefined || options?.envPairs === undefined) return
  const names = new Set<string>(Object.values(VARIABLES))
  const given = options.envPairs.filter((pair) => !names.has(pair.slice(0, pair.indexOf('='))))
  for (const [header, name] of Object.entries(VARIABLES)) {
    const value = carrier[header]
    if (value !== undefined) given.push(`${name}=${value}`)
  }
  options.envPairs = given
}
