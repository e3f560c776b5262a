import type { PackageFile } from '@clew/agent/modules/package-of-file'
import type { BuildRules, BuildRulesConfig } from './build-rules.ts'
import { clew as esbuildPlugin } from './esbuild.ts'
import { clew as rollupPlugin } from './rollup.ts'
import { ClewRulesPlugin } from './webpack.ts'

type Exports = Record<string, unknown>
type Callable = (...args: unknown[]) => unknown
type Options = { plugins?: unknown } & Record<string, unknown>
type Say = (line: object) => void

/** How the exports of bundlers are changed so that each build has the plugin in it. */
export interface Adapter {
  commonJs(file: PackageFile, exports: unknown): unknown
  esm(file: PackageFile, exports: Exports): void
}

/** Functions that start a build, by package. Their first argument has the plugins. */
const STARTERS: Readonly<Record<string, readonly string[]>> = {
  rollup: ['rollup', 'watch'],
  rolldown: ['rolldown', 'watch', 'build'],
  esbuild: ['build', 'context'],
}

/** Changes bundlers; `say` hears which rules matched and how the build went. */
export function withPlugin(config: BuildRulesConfig, say: Say): Adapter {
  const changed = new WeakMap<object, Callable>()
  const wrap = (name: string, original: unknown): unknown => {
    if (typeof original !== 'function') return original
    let wrapped = changed.get(original)
    if (wrapped === undefined) {
      wrapped = startWith(original as Callable, (options) => addPlugin(name, options, config, say))
      changed.set(original, wrapped)
      changed.set(wrapped, wrapped)
    }
    return wrapped
  }
  return {
    commonJs: (file, exports) => {
      if (file.name === 'webpack') return file.file === 'lib/index.js' ? wrap('webpack', exports) : exports
      if (typeof exports !== 'object' || exports === null) return exports
      if (file.name === '@rspack/core') {
        const { rspack } = exports as Exports
        return rspack === undefined
          ? exports
          : replaced(exports as Exports, ['rspack'], (value) => wrap('webpack', value))
      }
      const names = STARTERS[file.name] ?? []
      return names.some((name) => name in exports)
        ? replaced(exports as Exports, names, (value) => wrap(file.name, value))
        : exports
    },
    esm: (file, exports) => {
      const names =
        file.name === 'webpack'
          ? ['default']
          : file.name === '@rspack/core'
            ? ['rspack', 'default']
            : (STARTERS[file.name] ?? [])
      for (const name of names) {
        if (typeof exports[name] === 'function') {
          exports[name] = wrap(file.name === '@rspack/core' ? 'webpack' : file.name, exports[name])
        }
      }
    },
  }
}

/** The same function, properties included, with its first argument changed. */
function startWith(original: Callable, change: (options: unknown) => unknown): Callable {
  const handler: ProxyHandler<Callable> = {
    apply: (target, self, [options, ...rest]: unknown[]) => Reflect.apply(target, self, [change(options), ...rest]),
  }
  return new Proxy(original, handler)
}

/** Exports with some of them replaced; the module may have made them getters that cannot be set. */
function replaced(exports: Exports, names: readonly string[], change: (value: unknown) => unknown): Exports {
  const descriptors = Object.getOwnPropertyDescriptors(exports)
  for (const name of names) {
    if (!(name in exports)) continue
    descriptors[name] = { value: change(exports[name]), enumerable: true, configurable: true, writable: true }
  }
  return Object.create(Object.getPrototypeOf(exports) as object | null, descriptors) as Exports
}

function addPlugin(name: string, options: unknown, config: BuildRulesConfig, say: Say): unknown {
  if (Array.isArray(options)) return options.map((one) => addPlugin(name, one, config, say))
  if (typeof options !== 'object' || options === null) return options
  const { plugins, ...rest } = options as Options
  const list = Array.isArray(plugins) ? (plugins as unknown[]) : plugins === undefined ? [] : [plugins]
  if (list.some((plugin) => isOurs(plugin))) return options
  return { ...rest, plugins: [pluginFor(name, config, say), ...list] }
}

function isOurs(plugin: unknown): boolean {
  return plugin instanceof ClewRulesPlugin || (plugin as { name?: unknown } | null)?.name === 'clew-rules'
}

function pluginFor(bundler: string, config: BuildRulesConfig, say: Say): unknown {
  const heard = (rules: BuildRules): void => say({ bundler, matched: [...rules.matched], warnings: rules.warnings() })
  if (bundler === 'esbuild') return esbuildPlugin(config, heard)
  if (bundler === 'webpack') return new ClewRulesPlugin({ ...config, onEnd: heard })
  return rollupPlugin(config, heard)
}
