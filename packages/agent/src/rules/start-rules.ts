import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { loadRules, Report } from './load-rules.ts'

/** Applies the rules CLEW_RULES names; without it nothing is loaded. Never throws. */
export function startRules(env: Readonly<Record<string, string | undefined>>, report: Report): void {
  const setting = env['CLEW_RULES']?.trim()
  if (setting === undefined || setting === '') return
  try {
    const require = createRequire(import.meta.url)
    // Parser and transformer cost some milliseconds, which programs without rules do not pay.
    const module = require(fileURLToPath(new URL('load-rules.js', import.meta.url))) as { loadRules: typeof loadRules }
    module.loadRules(setting, report)
  } catch (error) {
    report('configuration', `rules are not used: ${String(error)}`)
  }
}
