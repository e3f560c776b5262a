import { createContextKey, ROOT_CONTEXT, type ContextManager } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { AgentContextManager } from './agent-context.ts'

const KEY = createContextKey('test')

/** Upstream's manager says what each case must give. */
const MANAGERS: [string, () => ContextManager][] = [
  ['upstream', () => new AsyncLocalStorageContextManager()],
  ['ours', () => new AgentContextManager()],
]

describe.each(MANAGERS)('the context manager (%s)', (_name, create) => {
  const manager = create().enable()
  const one = ROOT_CONTEXT.setValue(KEY, 1)
  const two = ROOT_CONTEXT.setValue(KEY, 2)
  const value = (): unknown => manager.active().getValue(KEY)

  it('is at the root outside', () => expect(manager.active()).toBe(ROOT_CONTEXT))

  it('runs functions with their receiver, arguments and result, nested, and restores after an error', () => {
    const receiver = { name: 'r' }
    const result = manager.with(
      one,
      function (this: typeof receiver, a: number, b: number): unknown[] {
        const inner = manager.with(two, value)
        return [this.name, a, b, value(), inner]
      },
      receiver,
      3,
      4,
    )
    expect(result).toEqual(['r', 3, 4, 1, 2])
    expect(() =>
      manager.with(one, () => {
        throw new Error('x')
      }),
    ).toThrow('x')
    expect(manager.active()).toBe(ROOT_CONTEXT)
  })

  it('follows promises and timers', async () => {
    const seen = await manager.with(one, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      await Promise.resolve()
      return value()
    })
    expect(seen).toBe(1)
  })

  it('binds functions', () => {
    const bound = manager.bind(one, function (this: { x: number }, y: number): unknown[] {
      return [this.x, y, value()]
    })
    expect(bound.call({ x: 5 }, 6)).toEqual([5, 6, 1])
    expect(bound.length).toBe(1)
    expect(manager.bind(one, 7)).toBe(7)
  })

  it('binds the listeners of emitters, which can be removed as they were added', () => {
    const emitter = manager.bind(one, new EventEmitter())
    const seen: unknown[] = []
    const listener = (): void => void seen.push(value())
    emitter.on('a', listener)
    emitter.once('a', () => seen.push('once', value()))
    emitter.prependListener('a', () => seen.push('first', value()))
    emitter.emit('a')
    emitter.emit('a')
    expect(seen).toEqual(['first', 1, 1, 'once', 1, 'first', 1, 1])
    emitter.off('a', listener)
    expect(emitter.listenerCount('a')).toBe(1)
    emitter.removeAllListeners('a')
    expect(emitter.listenerCount('a')).toBe(0)
  })
})
