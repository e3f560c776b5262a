import { existsSync } from 'node:fs'
import { createRequire, isBuiltin, syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { types } from 'node:util'
import type { FindingKind } from '../findings/report-finding.ts'
import type { DurationRecorders } from '../metrics/duration-producer.ts'
import { hookCommonJs } from '../modules/commonjs-hook.ts'
import { hookEsm } from '../modules/esm-hook.ts'
import { mainOfPackage, packageOfFile, packageVersion, type PackageFile } from '../modules/package-of-file.ts'
import { inRange } from '../modules/version-range.ts'
import { createRewriter, originOf, type LibraryRule } from '../rewrite/library-rewriter.ts'
import { addSourceRewriter } from '../rewrite/source-hooks.ts'
import type { SourceRewriter } from '../rewrite/source-rewriter.ts'
import type { LoadedModule, ModulePatch, Plugin, PluginKit } from './plugin.ts'
import { pluginOptions, pluginWanted } from './plugin-switches.ts'

type Env = Readonly<Record<string, string | undefined>>

/** What the host works with. */
export interface PluginHostOptions {
  readonly plugins: readonly Plugin[]
  readonly env: Env
  readonly durations: DurationRecorders
  readonly report: (kind: FindingKind, text: string) => void
}

/**
 * Starts plugins when the program first loads what they instrument, and applies their patches to every copy of it that
 * comes by. Nothing a plugin does wrong reaches the program: it is switched off, and a finding says so.
 */
export class PluginHost {
  readonly #options: PluginHostOptions
  /** Plugins that have not started, by the modules that start them. */
  readonly #waiting = new Map<string, Plugin[]>()
  readonly #patches = new Map<string, ModulePatch[]>()
  /** Versions that are rewritten, by package. */
  readonly #rewritten = new Map<string, string[]>()
  #packages: readonly string[] = []
  readonly #seen = new Set<string>()
  readonly #started = new Set<Plugin>()
  /** CommonJS exports that have been through here: an ES wrapper around them must not be patched again. */
  readonly #patched = new WeakSet<object>()

  constructor(options: PluginHostOptions) {
    this.#options = options
  }

  /** Packages (not modules of Node) that the wanted plugins are about. */
  get packages(): readonly string[] {
    return this.#packages
  }

  /** Those of them that the program has not loaded. */
  get unseenPackages(): readonly string[] {
    return this.#packages.filter((name) => !this.#seen.has(name))
  }

  /** Names of the plugins that run. */
  get started(): readonly string[] {
    return [...new Set([...this.#started].map(({ name }) => name))]
  }

  /** Sets the hooks, and starts the plugins that wait for nothing or for modules of Node, which are always there. */
  start(): void {
    const { plugins, env, report } = this.#options
    const rules: LibraryRule[] = []
    for (const plugin of plugins) {
      if (!pluginWanted(env, plugin.name, plugin.offByDefault)) continue
      rules.push(...(plugin.rewrites ?? []))
      if (plugin.modules.length === 0 || plugin.modules.some((name) => isBuiltin(name))) this.#start(plugin)
      else for (const name of plugin.modules) this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), plugin])
    }
    const patched = [...new Set([...this.#waiting.keys(), ...this.#patches.keys()])].filter((name) => !isBuiltin(name))
    for (const { module } of rules) {
      this.#rewritten.set(module.name, [...(this.#rewritten.get(module.name) ?? []), module.versionRange])
    }
    this.#packages = [...new Set([...patched, ...this.#rewritten.keys()])]
    if (rules.length > 0) addSourceRewriter(this.#watched(createRewriter(rules)), originOf(rules))
    hookCommonJs((exports, path, file) => this.#onCommonJs(exports, path, file))
    hookEsm(patched, (url, exports, specifier) => this.#onEsm(url, exports, specifier), report)
  }

  /** Notes the packages that are rewritten as seen. */
  #watched(rewriter: SourceRewriter): SourceRewriter {
    const wants = (path: string): boolean => {
      const wanted = rewriter.wants(path)
      const file = wanted ? packageOfFile(path) : undefined
      if (file !== undefined) this.#noteRewritten(file)
      return wanted
    }
    return { wants, rewrite: (file) => rewriter.rewrite(file) }
  }

  #noteRewritten({ name, folder }: PackageFile): void {
    const ranges = this.#rewritten.get(name)
    if (ranges === undefined || this.#seen.has(name)) return
    this.#seen.add(name)
    const version = packageVersion(folder)
    if (ranges.some((range) => inRange(version, range)) || this.#waiting.has(name)) return
    const known = [...new Set(ranges)].join(' or ')
    this.#options.report('unsupported-version', `${name} ${version} is not instrumented: the agent knows ${known}`)
  }

  #start(plugin: Plugin): void {
    if (this.#started.has(plugin)) return
    this.#started.add(plugin)
    const { env, durations, report } = this.#options
    const options = pluginOptions(env, plugin.name)
    if (options instanceof Error) report('configuration', options.message)
    const runs = (name: string): boolean => this.started.includes(name)
    const kit: PluginKit = { env, options: options instanceof Error ? {} : options, durations, runs, report }
    try {
      const patches = plugin.start(kit) ?? []
      for (const patch of patches) this.#addPatch(guarded(patch, plugin, report))
    } catch (error) {
      report('plugin-failed', `${plugin.name} is not instrumented: ${String(error)}`)
    }
  }

  #addPatch(patch: ModulePatch): void {
    this.#patches.set(patch.module, [...(this.#patches.get(patch.module) ?? []), patch])
    if (!isBuiltin(patch.module)) return
    const exports: unknown = createRequire(import.meta.url)(`node:${patch.module}`)
    const about = {
      module: patch.module,
      file: '',
      isMain: true,
      folder: '',
      version: process.versions.node,
      isEsm: false,
    }
    patch.patch(exports, about)
    syncBuiltinESMExports()
  }

  #patchesFor({ name, folder }: PackageFile): readonly ModulePatch[] | undefined {
    const waiting = this.#waiting.get(name)
    this.#noteRewritten({ name, folder, file: '' })
    if (waiting !== undefined) {
      this.#seen.add(name)
      const others = waiting.filter((plugin) => isSeenToElsewhere(plugin, folder))
      if (others.length === 0) this.#waiting.delete(name)
      else if (others.length < waiting.length) this.#waiting.set(name, others)
      for (const plugin of waiting) if (!others.includes(plugin)) this.#start(plugin)
    }
    return this.#patches.get(name)
  }

  #onCommonJs(exports: unknown, path: string, file: PackageFile): unknown {
    const patches = this.#patchesFor(file)
    if (patches === undefined || !isObject(exports) || types.isModuleNamespaceObject(exports)) return exports
    const result = this.#apply(patches, exports, aboutFile(file, mainOfPackage(file) === path, false))
    this.#patched.add(exports)
    if (isObject(result)) this.#patched.add(result)
    return result
  }

  #onEsm(url: string, exports: Record<string, unknown>, specifier: string): void {
    if (!url.startsWith('file:')) return
    const file = packageOfFile(fileURLToPath(url))
    const patches = file === undefined ? undefined : this.#patchesFor(file)
    if (file === undefined || patches === undefined) return
    const original = 'default' in exports ? exports['default'] : undefined
    if (isObject(original) && this.#patched.has(original)) return
    const result = this.#apply(patches, exports, aboutFile(file, specifier === file.name, true))
    if (result !== exports && result !== undefined && 'default' in exports) exports['default'] = result
  }

  #apply(patches: readonly ModulePatch[], exports: unknown, about: LoadedModule): unknown {
    let current = exports
    for (const { file, versions, patch } of patches) {
      const applies = file === undefined ? about.isMain : file === '*' || file === about.file
      if (!applies || (versions !== undefined && !inRange(about.version, versions))) continue
      current = patch(current, about) ?? current
    }
    return current
  }
}

function guarded(patch: ModulePatch, plugin: Plugin, report: (kind: FindingKind, text: string) => void): ModulePatch {
  return {
    ...patch,
    patch: (exports, about) => {
      try {
        if (isSeenToElsewhere(plugin, about.folder)) return exports
        return patch.patch(exports, about)
      } catch (error) {
        report(
          'plugin-failed',
          `${plugin.name} could not instrument ${about.module} ${about.version}: ${String(error)}`,
        )
        return exports
      }
    },
  }
}

const seenToElsewhere = new Map<string, boolean>()

function isSeenToElsewhere({ unlessFile, versions }: Plugin, folder: string): boolean {
  if (folder === '') return false
  if (versions !== undefined && !inRange(packageVersion(folder), versions)) return true
  if (unlessFile === undefined) return false
  const path = join(folder, unlessFile)
  const known = seenToElsewhere.get(path) ?? existsSync(path)
  seenToElsewhere.set(path, known)
  return known
}

function aboutFile({ name, folder, file }: PackageFile, isMain: boolean, isEsm: boolean): LoadedModule {
  return { module: name, file, isMain, folder, version: packageVersion(folder), isEsm }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
