import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { inlineMapComment, inputSourceMap } from '@clew/agent/rewrite/source-map'
import { BuildRules, CODE_FILE, type BuildRulesConfig } from './build-rules.ts'

interface LoadResult {
  contents: string
  loader: 'js' | 'jsx' | 'ts' | 'tsx'
}

interface PluginBuild {
  readonly initialOptions: { readonly absWorkingDir?: string; readonly loader?: Readonly<Record<string, string>> }
  onStart(callback: () => void): void
  onLoad(
    options: { filter: RegExp; namespace: string },
    callback: (args: { path: string }) => Promise<LoadResult | undefined>,
  ): void
  onEnd(callback: () => { warnings: { text: string }[] }): void
}

/** A plugin as esbuild takes it. */
export interface EsbuildPlugin {
  readonly name: string
  setup(build: PluginBuild): void
}

/**
 * The plugin for esbuild. Put it before other plugins that load the same files: esbuild takes the first that answers. `onEnd`,
 * when given, gets the rules at the end of a build instead of the warnings being printed.
 */
export function clew(config: BuildRulesConfig = {}, onEnd?: (rules: BuildRules) => void): EsbuildPlugin {
  return {
    name: 'clew-rules',
    setup(build) {
      const root = config.root ?? build.initialOptions.absWorkingDir
      const settings = { ...config, ...(root === undefined ? {} : { root }) }
      let rules = new BuildRules(settings)
      build.onStart(() => {
        rules = new BuildRules(settings)
      })
      build.onLoad({ filter: CODE_FILE, namespace: 'file' }, async ({ path }) => {
        const source = await readFile(path, 'utf8')
        const result = rules.apply({ source, path, inputMap: inputSourceMap(source, path) })
        if (result === undefined) return undefined
        const loader = loaderOf(path, build.initialOptions.loader ?? {})
        return { contents: `${result.code}\n${inlineMapComment(result.map)}\n`, loader }
      })
      build.onEnd(() => {
        onEnd?.(rules)
        return { warnings: onEnd === undefined ? rules.warnings().map((text) => ({ text })) : [] }
      })
    },
  }
}

function loaderOf(path: string, loaders: Readonly<Record<string, string>>): LoadResult['loader'] {
  const extension = extname(path)
  const chosen = loaders[extension]
  if (chosen === 'jsx' || chosen === 'tsx' || chosen === 'ts' || chosen === 'js') return chosen
  if (extension === '.tsx') return 'tsx'
  if (extension === '.jsx') return 'jsx'
  return /^\.[cm]?ts$/.test(extension) ? 'ts' : 'js'
}
