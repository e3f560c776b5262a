import nodeModule, { createRequire } from 'node:module'

/** What there is to be called in the agent's single file. */
interface Agent {
  readonly startAgent: () => void
}

/** Not in the types of the oldest Node. */
interface CompileCache {
  readonly enableCompileCache?: () => unknown
}

/**
 * Loads the agent's single file, made by scripts/bundle-agent.mjs. Node then keeps what it has compiled, of the program
 * too, from one start to the next; not while coverage is measured, which would become less exact, and not with
 * CLEW_COMPILE_CACHE=false.
 */
export function loadAgent(env: Readonly<Record<string, string | undefined>>): Agent {
  if (env['CLEW_COMPILE_CACHE']?.trim().toLowerCase() !== 'false' && !env['NODE_V8_COVERAGE']) {
    ;(nodeModule as CompileCache).enableCompileCache?.()
  }
  return createRequire(import.meta.url)('./agent.cjs') as Agent
}
