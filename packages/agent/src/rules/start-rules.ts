import { createRequire } from 'node:module'
import type { loadRules, Report } from './load-rules.ts'

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
