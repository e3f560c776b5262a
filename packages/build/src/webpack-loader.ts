import { inputSourceMap, type RawSourceMap } from '@clew/agent/rewrite/source-map'
import type { BuildRulesConfig } from './build-rules.ts'
import { rulesOf } from './shared-rules.ts'

interface LoaderContext {
  readonly resourcePath: string
  getOptions(): BuildRulesConfig
  callback(error: Error | null, code?: string, map?: RawSourceMap): void
}

/** A loader for webpack, rspack and Turbopack: puts the rules of its options into a module. */
export default function clewRulesLoader(this: LoaderContext, source: string, map?: RawSourceMap): void {
  try {
    const path = this.resourcePath
    const inputMap = map ?? inputSourceMap(source, path)
    const result = rulesOf(this.getOptions()).apply({ source, path, inputMap })
    if (result === undefined) this.callback(null, source, map)
    else this.callback(null, result.code, result.map)
  } catch (error) {
    this.callback(error instanceof Error ? error : new Error(String(error)))
  }
}
