/**
 * What instrumented code talks to, in the global object under `Symbol.for('clew.rules.1')`. The first copy in a process is
 * everybody's: the agent's when it runs, otherwise the one that the build put beside the program. Needs no OpenTelemetry
 * package and does nothing as long as none is registered.
 */
import { delegate } from './delegate.ts'
import { hookModules } from './hooks.ts'
import { Point } from './point.ts'
import type { PointSpec } from './point-spec.ts'
import { allRuleStates, failed, listener, ruleState, setRule } from './rule-state.ts'

/** The interface between instrumented code, the agent and this runtime. */
export interface RulesRuntime {
  /** Called by instrumented modules: their places, in order, and the modules of their hooks. */
  points(specs: readonly PointSpec[], hooks?: Readonly<Record<string, object>>): Point[]
  /** Called by modules in which a rule found a place and had to leave it alone. */
  note(rule: string, text: string): void
  delegate: typeof delegate
  /** Makes a rule known before any module that it matches is loaded. */
  declare(rule: string, on: boolean): void
  setRule: typeof setRule
  rules: typeof allRuleStates
  failed: typeof failed
  readonly listener: typeof listener
  addHooks(path: string, module: object): void
}

const KEY = Symbol.for('clew.rules.1')

/** Hooks that did not come with the module are loaded by the agent. */
function needHooks(path: string): void {
  if (hookModules.has(path)) return
  hookModules.set(path, {})
  listener.onHooks?.(path)
}

const global = globalThis as { [KEY]?: RulesRuntime }

global[KEY] ??= {
  points(specs, hooks) {
    for (const [path, module] of Object.entries(hooks ?? {})) this.addHooks(path, module)
    for (const { rules } of specs) {
      for (const { actions } of rules) for (const action of actions) if (action.do === 'hooks') needHooks(action.path)
    }
    return specs.map((spec) => new Point(spec))
  },
  note: (rule, text) => listener.onNote?.(rule, text),
  delegate,
  declare: (rule, on) => void ruleState(rule, on),
  setRule,
  rules: allRuleStates,
  failed,
  listener,
  addHooks: (path, module) => void hookModules.set(path, module as never),
}
