import type { BuildRulesConfig } from './build-rules.ts'

type Env = Readonly<Record<string, string | undefined>>

/** What the command that `clew build` starts has to know. */
export interface InjectSettings extends BuildRulesConfig {
  readonly rules: string
  readonly root: string
  /** File that lines of JSON are appended to. */
  readonly report: string
}

/** Settings from the environment; undefined when the process was not started by `clew build`. */
export function environmentOf(env: Env): InjectSettings | undefined {
  const { CLEW_BUILD_RULES: rules, CLEW_BUILD_ROOT: root, CLEW_BUILD_REPORT: report } = env
  return rules && root && report ? { rules, root, report } : undefined
}

/** The environment for the command; `injectUrl` is where `inject` is. */
export function injectEnvironment(env: Env, settings: InjectSettings, injectUrl: string): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) if (value !== undefined) result[name] = value
  result['CLEW_BUILD_RULES'] = settings.rules
  result['CLEW_BUILD_ROOT'] = settings.root
  result['CLEW_BUILD_REPORT'] = settings.report
  result['NODE_OPTIONS'] = `${env['NODE_OPTIONS'] ?? ''} --import ${injectUrl}`.trim()
  return result
}
