import type { FindingKind } from '../findings/report-finding.ts'
import type { DurationRecorders } from '../metrics/duration-producer.ts'
import type { LibraryRule } from '../rewrite/library-rewriter.ts'

/**
 * What the agent knows about one library. To add one: write `instrumentations/<name>.ts` (or a folder) that exports a
 * `Plugin`, and add a line to `registry.ts`. To host an instrumentation that exists upstream, add a line to
 * `hosted-catalogue.ts` instead.
 *
 * A plugin's file is part of the agent's single file: it must import nothing but the API, `node:` modules and files of
 * the agent. What is expensive to load is required inside `start`, which runs only in programs that use the library.
 */
export interface Plugin {
  /** Short name in OTEL_NODE_ENABLED_INSTRUMENTATIONS and the like: `pg`, `runtime-node`. */
  readonly name: string
  /** Packages (`pg`, `@hapi/hapi`) and modules of Node (`http`) whose first load starts it. None: it starts at once. */
  readonly modules: readonly string[]
  /** Copies of a package that have this file neither start it nor are patched: another plugin sees to them. */
  readonly unlessFile?: string
  /** Likewise copies of other versions than these, as in `ModulePatch`. */
  readonly versions?: string
  /** Only when asked for by name. */
  readonly offByDefault?: true
  /** What the plugin works with, for the reference: `pg 8`, `node:http2`. `modules` when missing. */
  readonly libraries?: readonly string[]
  /** The upstream package that does it, where it is hosted. */
  readonly upstream?: string
  /** Functions of libraries that get a tracing channel put around them when they are loaded; `start` subscribes to it. */
  readonly rewrites?: readonly LibraryRule[]
  /**
   * Called once, before the program gets to see the first of `modules`: the place to subscribe to diagnostics channels.
   * Returns what is to be changed in modules. An error switches the plugin off and becomes a finding.
   */
  readonly start: (kit: PluginKit) => readonly ModulePatch[] | void
}

/** A change to the exports of a module, applied to every copy of it that is loaded, by `require` and by `import`. */
export interface ModulePatch {
  /** A package, or a module of Node without `node:`. */
  readonly module: string
  /** A file in the package with forward slashes (`lib/client.js`); its main entry when missing; `*` for every file. */
  readonly file?: string
  /** As in package.json, comparators only: `>=8.1 <9 || >=10`. Every version when missing. */
  readonly versions?: string
  /**
   * Changes `exports` in place, or returns what shall take its place. Of an ES module `exports` is an object whose
   * properties can be set, and a returned value becomes its default export.
   */
  readonly patch: (exports: ModuleExports, about: LoadedModule) => unknown
}

/** Foreign exports: every plugin knows the shape of its own library. */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
export type ModuleExports = any

/** Which module was loaded. */
export interface LoadedModule {
  /** The package, or the module of Node without `node:`. */
  readonly module: string
  /** Path in the package with forward slashes; empty for modules of Node. */
  readonly file: string
  /** Whether it is what `require('<module>')` or `import '<module>'` gives. */
  readonly isMain: boolean
  /** Folder of the package; empty for modules of Node. */
  readonly folder: string
  /** Of the package, of Node for its modules; `0.0.0` when it cannot be read. */
  readonly version: string
  readonly isEsm: boolean
}

/** What a plugin is given. */
export interface PluginKit {
  readonly env: Readonly<Record<string, string | undefined>>
  /** What CLEW_INSTRUMENTATION_<NAME> (JSON) sets. */
  readonly options: Readonly<Record<string, unknown>>
  /** A histogram of durations; ask for each one once. */
  readonly durations: DurationRecorders
  /** Whether the plugin of this name runs: its library has been loaded, and it is not switched off. */
  readonly runs: (name: string) => boolean
  /** Says what could not be instrumented, and why. */
  readonly report: (kind: FindingKind, text: string) => void
}
