import { inputSourceMap } from '@clew/agent/rewrite/source-map'
import { BuildRules, CODE_FILE, RUNTIME_PATH, type BuildRulesConfig } from './build-rules.ts'

interface PluginContext {
  warn(message: string): void
}

/** A plugin as rollup, rolldown and vite take it. */
export interface RollupPlugin {
  readonly name: string
  buildStart(): void
  resolveId: { order: 'pre'; handler(id: string): { id: string; external: false; moduleSideEffects: true } | null }
  transform: {
    order: 'pre'
    handler(code: string, id: string): { code: string; map: string } | null
  }
  buildEnd(this: PluginContext, error?: unknown): void
}

/**
 * The plugin for rollup and rolldown. Looks at modules before other plugins do, so that rules see what was written. `onEnd`,
 * when given, gets the rules at the end of a build instead of the warnings being printed.
 */
export function clew(config: BuildRulesConfig = {}, onEnd?: (rules: BuildRules) => void): RollupPlugin {
  let rules: BuildRules | undefined
  return {
    name: 'clew-rules',
    buildStart: () => {
      rules = new BuildRules(config)
    },
    resolveId: {
      order: 'pre',
      // Whatever the build leaves outside, the runtime comes along.
      handler: (id) =>
        id === RUNTIME_PATH.replaceAll('\\', '/')
          ? { id: RUNTIME_PATH, external: false, moduleSideEffects: true }
          : null,
    },
    transform: {
      order: 'pre',
      handler: (code, id) => {
        // Virtual modules begin with NUL; parts of one file (`?vue&type=script`) are not its text.
        const [path = '', query] = id.split('?')
        if (id.startsWith('\0') || !CODE_FILE.test(path) || /(^|&)(vue|raw|url|worker|inline)\b/.test(query ?? ''))
          return null
        rules ??= new BuildRules(config)
        const result = rules.apply({
          source: code,
          path,
          inputMap: path.includes('node_modules') ? undefined : inputSourceMap(code, path),
        })
        return result === undefined ? null : { code: result.code, map: JSON.stringify(result.map) }
      },
    },
    buildEnd(error) {
      if (error !== undefined || rules === undefined) return
      if (onEnd !== undefined) onEnd(rules)
      else for (const warning of rules.warnings()) this.warn(warning)
    },
  }
}
