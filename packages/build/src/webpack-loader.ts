import { inputSourceMap, type RawSourceMap } from '@clew/agent/rewrite/source-map'
import { dirname, relative, sep } from 'node:path'
import { RUNTIME_PATH, type BuildRulesConfig } from './build-rules.ts'
import { rulesOf } from './shared-rules.ts'

/** Options of the loader. */
export interface LoaderConfig extends BuildRulesConfig {
  /** Import the runtime by the name of its package and hooks by relative paths: Turbopack takes no absolute ones. */
  readonly byName?: boolean
}

interface LoaderContext {
  readonly resourcePath: string
  getOptions(): LoaderConfig
  callback(error: Error | null, code?: string, map?: RawSourceMap): void
}

/**
 * A loader for webpack, rspack and Turbopack: puts the rules of its options into a module.
 * @public
 */
export default function clewRulesLoader(this: LoaderContext, source: string, map?: RawSourceMap): void {
  try {
    const path = this.resourcePath
    const inputMap = map ?? inputSourceMap(source, path)
    const options = this.getOptions()
    const names = options.byName === true ? { specifier: (target: string) => nameFor(target, path) } : {}
    const result = rulesOf(options).apply({ source, path, inputMap, ...names })
    if (result === undefined) this.callback(null, source, map)
    else this.callback(null, result.code, result.map)
  } catch (error) {
    this.callback(error instanceof Error ? error : new Error(String(error)))
  }
}

function nameFor(target: string, from: string): string {
  if (target === RUNTIME_PATH) return '@clew/build/runtime'
  const path = relative(dirname(from), target).split(sep).join('/')
  return path.startsWith('.') ? path : `./${path}`
}
