import { resolve } from 'node:path'
import type { BuildRulesConfig } from './build-rules.ts'
import { ClewRulesPlugin } from './webpack.ts'

type WebpackConfig = { plugins?: unknown[] }
type WebpackHook = (config: WebpackConfig, options: unknown) => WebpackConfig

/** The part of Next's configuration that changes. */
interface NextConfig {
  webpack?: WebpackHook | null
  turbopack?: { rules?: Record<string, unknown> }
  [key: string]: unknown
}

/** Files that Turbopack hands to the loader. */
const GLOBS = ['*.ts', '*.tsx', '*.js', '*.jsx', '*.mjs', '*.cjs', '*.mts', '*.cts']

/**
 * Next's configuration with the rules in it, for webpack and Turbopack: `export default withClew({ … })`. Turbopack
 * transforms in other processes and tells nobody when it is done, so rules that match nothing are only reported by webpack.
 * @public
 */
export function withClew(config: NextConfig = {}, settings: BuildRulesConfig = {}): NextConfig {
  const root = resolve(settings.root ?? process.cwd())
  const options = { rules: settings.rules ?? 'clew.rules.yaml', root }
  const rules: Record<string, unknown> = { ...config.turbopack?.rules }
  for (const glob of GLOBS) {
    rules[glob] ??= {
      condition: { not: 'foreign' },
      loaders: [{ loader: '@clew/build/webpack-loader', options: { ...options, byName: true } }],
    }
  }
  const own: WebpackHook = (webpackConfig, nextOptions) => {
    const changed = config.webpack?.(webpackConfig, nextOptions) ?? webpackConfig
    changed.plugins = [...(changed.plugins ?? []), new ClewRulesPlugin(options)]
    return changed
  }
  return { ...config, webpack: own, turbopack: { ...config.turbopack, rules } }
}
