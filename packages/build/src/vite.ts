import { clew as rollupPlugin, type RollupPlugin } from './rollup.ts'
import type { BuildRulesConfig } from './build-rules.ts'

/** The plugin for vite: builds, server-side builds and the development server. */
export function clew(config: BuildRulesConfig = {}): RollupPlugin & { readonly enforce: 'pre' } {
  return { ...rollupPlugin(config), enforce: 'pre' }
}
