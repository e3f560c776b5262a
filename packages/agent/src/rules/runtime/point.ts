import { Activation, isBusy } from './activation.ts'
import { otelApi } from './otel-globals.ts'
import type { PointSpec } from './point-spec.ts'
import { failed, follow, type Switchable } from './rule-state.ts'

type Callable = (...args: unknown[]) => unknown

/**
 * One instrumented place. Code asks `on` and goes on when it is false; everything else happens behind that one branch.
 * Methods have one letter because they are written into programs.
 */
export class Point implements Switchable {
  on = false
  readonly spec: PointSpec

  constructor(spec: PointSpec) {
    this.spec = spec
    follow(this)
  }

  /** A function was entered with these values; undefined when nothing can be recorded. */
  e(slots: readonly unknown[]): Activation | undefined {
    // Without OpenTelemetry in the process there is nobody to tell, hooks included.
    if (isBusy() || otelApi() === undefined) return undefined
    try {
      return new Activation(this.spec, slots)
    } catch (error) {
      this.b(error)
      return undefined
    }
  }

  /** A line was reached. */
  h(slots: readonly unknown[]): void {
    this.e(slots)?.f()
  }

  /** The values a rule asks for could not be read. */
  b(error: unknown): void {
    for (const { rule } of this.spec.rules) failed(rule, error)
  }

  /** What a call is made through instead of its first object: the same, with the one function behind it wrapped. */
  c<Base>(base: Base): Base {
    const path = this.spec.callPath ?? []
    return (path.length === 0 ? this.#wrapped(base, undefined) : this.#shim(base, path, 0)) as Base
  }

  #shim(owner: unknown, path: readonly string[], at: number): unknown {
    if ((typeof owner !== 'object' && typeof owner !== 'function') || owner === null) return owner
    const name = path[at] as string
    const get = (): unknown => {
      const value = (owner as Record<string, unknown>)[name]
      return at === path.length - 1 ? this.#wrapped(value, owner) : this.#shim(value, path, at + 1)
    }
    return Object.defineProperty({}, name, { get })
  }

  #wrapped(callee: unknown, owner: unknown): unknown {
    if (typeof callee !== 'function') return callee
    const run = (args: unknown[], isNew: boolean): unknown => this.#run(callee as Callable, owner, args, isNew)
    return function call(...args: unknown[]): unknown {
      return run(args, new.target !== undefined)
    }
  }

  #run(callee: Callable, owner: unknown, args: unknown[], isNew: boolean): unknown {
    const activation = this.e([owner, args])
    try {
      const value: unknown = isNew ? Reflect.construct(callee, args) : Reflect.apply(callee, owner, args)
      return activation === undefined ? value : activation.r(value)
    } catch (error) {
      activation?.t(error)
      throw error
    } finally {
      activation?.f()
    }
  }
}
