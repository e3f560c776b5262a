import { context, createContextKey, ROOT_CONTEXT, type Context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { AsyncLocalStorage } from 'node:async_hooks'

const PROBE = createContextKey('clew.context.probe')

/**
 * The context manager of the agent: upstream's, which keeps the context in one AsyncLocalStorage, with that storage in
 * reach, so that diagnostics channels can enter a context by themselves.
 */
export class AgentContextManager extends AsyncLocalStorageContextManager {
  /** Where `context.active()` reads. */
  get storage(): AsyncLocalStorage<Context> {
    return Reflect.get(this, '_asyncLocalStorage') as AsyncLocalStorage<Context>
  }
}

let manager: AgentContextManager | undefined

/** The one of this thread; whoever starts the SDK registers it with the API. */
export function agentContextManager(): AgentContextManager {
  return (manager ??= new AgentContextManager())
}

/** The storage behind the API; undefined when a program has put a context manager of its own there. */
export function contextStorage(): AsyncLocalStorage<Context> | undefined {
  const { storage } = agentContextManager()
  const probe = ROOT_CONTEXT.setValue(PROBE, true)
  return storage.run(probe, () => context.active() === probe) ? storage : undefined
}
