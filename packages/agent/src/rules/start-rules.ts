import { createRequire } from 'node:module'
import type { loadRules, Report } from './load-rules.ts'
import type { setRuleEnabled } from './rule-switches.ts'

/** Applies the rules CLEW_RULES names; without it nothing is loaded. Never throws. */
export function startRules(env: Readonly<Record<string, string | undefined>>, report: Report): void {
  const setting = env['CLEW_RULES']?.trim()
  if (setting === undefined || setting === '') return
  try {
    const require = createRequire(import.meta.url)
    // Parser and transformer cost some milliseconds, which programs without rules do not pay.
    // By its name, because this file may have become part of another one.
    const module = require('@clew/agent/rules/load-rules') as { loadRules: typeof loadRules }
    module.loadRules(setting, report)
  } catch (error) {
    report('configuration', `rules are not used: ${String(error)}`)
  }
}

/** Switches a rule of CLEW_RULES or of the build, from the next call on; false when there is none of that name. */
export function switchRule(name: string, on: boolean): boolean {
  // The runtime costs nothing before somebody switches a rule.
  const module = createRequire(import.meta.url)('@clew/agent/rules/rule-switches') as {
    setRuleEnabled: typeof setRuleEnabled
  }
  return module.setRuleEnabled(name, on)
}
