import './runtime/install.ts'
import type { RulesRuntime } from './runtime/install.ts'
import type { RuleState } from './runtime/rule-state.ts'

/** The runtime that instrumented modules of this process talk to. */
export function rulesRuntime(): RulesRuntime {
  return (globalThis as { [key: symbol]: unknown })[Symbol.for('clew.rules.1')] as RulesRuntime
}

/**
 * Switches a rule on or off, everywhere in this thread, from the next call on. Works for rules of CLEW_RULES and for those
 * that a build has put into the program. False when there is no rule of that name.
 */
export function setRuleEnabled(name: string, on: boolean): boolean {
  return rulesRuntime().setRule(name, on)
}

/** Every rule of this thread: its switch, how many places it has been put into, and how often it was used. */
export function ruleStates(): readonly RuleState[] {
  return rulesRuntime().rules()
}
