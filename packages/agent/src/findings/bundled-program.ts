import { readFileSync, statSync } from 'node:fs'
import { packageOfFile } from '../modules/package-of-file.ts'
import { reportFinding } from './report-finding.ts'

/** Build-time instrumentation sets this on globalThis in what it writes: there is nothing left to complain about. */
const BUILT_IN = Symbol.for('clew.build.instrumented')

const MAX_BYTES = 16 * 1024 * 1024

/** Texts that stay when a library is bundled and minified. */
const SIGNATURES: Readonly<Record<string, string>> = {
  express: 'app.use() requires a middleware function',
  fastify: 'FST_ERR_',
  ioredis: 'maxRetriesPerRequest',
  kafkajs: 'KafkaJSNonRetriableError',
  mongodb: 'MongoServerError',
  openai: 'The OPENAI_API_KEY environment variable is missing',
  pg: 'Client has already been connected. You cannot reuse a client.',
}

/**
 * Reports libraries that are part of the program's own file, where nothing sees them load. Bundlers name the packages in
 * comments; of what was minified only the libraries above are recognized. To be called when the program has loaded;
 * reads one file, once.
 */
export function reportBundled(script: string | undefined, packages: readonly string[]): void {
  if (script === undefined || packageOfFile(script) !== undefined || BUILT_IN in globalThis) return
  const text = readScript(script)
  const watched = new Set(packages)
  const found = new Set<string>()
  for (const [, name = ''] of text.matchAll(/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g)) {
    if (watched.has(name)) found.add(name)
  }
  for (const [name, signature] of Object.entries(SIGNATURES)) {
    if (watched.has(name) && text.includes(signature)) found.add(name)
  }
  if (found.size === 0) return
  const names = [...found].toSorted().join(', ')
  reportFinding(
    'bundled',
    `${names} ${found.size === 1 ? 'is' : 'are'} bundled into the program and not instrumented: add the bundler plugin, or leave them external`,
  )
}

function readScript(path: string): string {
  try {
    return statSync(path).size <= MAX_BYTES ? readFileSync(path, 'latin1') : ''
  } catch {
    // Started from something that is no file.
    return ''
  }
}
