import { basename } from 'node:path'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'

/** What the decision to start depends on. */
export interface ProcessFacts {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly argv: readonly string[]
  readonly isMainThread: boolean
  readonly workerData: unknown
  /** False in the main thread, and in the thread in which Node runs module hooks. */
  readonly hasParentPort: boolean
}

/** The facts of the thread this runs in. */
export function processFacts(): ProcessFacts {
  const data = workerData as unknown
  return { env: process.env, argv: process.argv, isMainThread, workerData: data, hasParentPort: parentPort !== null }
}

/**
 * NODE_OPTIONS is inherited, so the agent is also loaded into the tools between `clew run` and the program. They are
 * not what anybody wants to see, and two start-ups cost more than one.
 */
const LAUNCHERS = new Set(
  'npm npm-cli npx npx-cli yarn yarnpkg pnpm pnpx corepack tsx nodemon concurrently turbo nx lerna'.split(' '),
)

/** Why the agent must not start in this process or thread, or undefined when it should. */
export function skipReason(facts: ProcessFacts): string | undefined {
  if (facts.env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return 'OTEL_SDK_DISABLED is true'
  if (!facts.isMainThread) {
    if (!facts.hasParentPort) return "the thread of Node's module hooks"
    if (isExitWorker(facts.workerData)) return 'the thread that sends at exit'
    return isLogTransport(facts.workerData) ? 'the thread of a log transport' : undefined
  }
  const script = facts.argv[1]
  if (script !== undefined && isLauncher(script)) return `${basename(script)} only launches other programs`
  return undefined
}

function isLauncher(script: string): boolean {
  const parts = script.split(/[\\/]/)
  const name = (parts.at(-1) ?? '').replace(/\.[cm]?js$/, '')
  if (LAUNCHERS.has(name)) return true
  // tsx and nodemon start as …/node_modules/tsx/dist/cli.mjs and …/nodemon/bin/nodemon.js
  const packageName = parts[parts.lastIndexOf('node_modules') + 1]
  return parts.includes('node_modules') && packageName !== undefined && LAUNCHERS.has(packageName)
}

function isExitWorker(workerData: unknown): boolean {
  return typeof workerData === 'object' && workerData !== null && 'clewExitWorker' in workerData
}

function isLogTransport(workerData: unknown): boolean {
  if (typeof workerData !== 'object' || workerData === null) return false
  const inner = (workerData as { workerData?: unknown }).workerData
  return typeof inner === 'object' && inner !== null && '$context' in inner
}
