import { BuildRules, type BuildRulesConfig } from './build-rules.ts'

const KEY = Symbol.for('clew.build.rules')

const global = globalThis as { [KEY]?: Map<string, BuildRules> }

/** Rules by their settings: a loader is called with plain data and must find those that its plugin reports about. */
function known(): Map<string, BuildRules> {
  return (global[KEY] ??= new Map())
}

/** Makes these the rules of all loaders with the same settings. */
export function shareRules(config: BuildRulesConfig, rules: BuildRules): void {
  known().set(keyOf(config), rules)
}

/** The rules for a loader's settings: shared ones, else read now, as in the worker processes of Turbopack. */
export function rulesOf(config: BuildRulesConfig): BuildRules {
  const key = keyOf(config)
  let rules = known().get(key)
  if (rules === undefined) known().set(key, (rules = new BuildRules(config)))
  return rules
}

function keyOf({ rules, root }: BuildRulesConfig): string {
  return JSON.stringify([rules, root])
}
