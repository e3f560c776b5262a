import { fileURLToPath } from 'node:url'
import { BuildRules, CODE_FILE, type BuildRulesConfig } from './build-rules.ts'
import { shareRules } from './shared-rules.ts'

interface Compilation {
  readonly warnings: Error[]
}

interface Compiler {
  readonly context: string
  readonly options: { readonly module: { rules: unknown[] } }
  readonly hooks: {
    readonly thisCompilation: { tap(name: string, callback: (compilation: Compilation) => void): void }
    readonly afterCompile: { tap(name: string, callback: (compilation: Compilation) => void): void }
  }
}

/** Path of the loader, which works in webpack, rspack and Turbopack. */
export const LOADER_PATH: string = fileURLToPath(import.meta.resolve('@clew/build/webpack-loader')).replace(
  /([\\/])src([\\/]webpack-loader)\.ts$/,
  '$1dist$2.js',
)

const NAME = 'clew-rules'

/** Settings of the plugin. */
export interface WebpackRulesConfig extends BuildRulesConfig {
  /** Behind other loaders rather than before them; for those that read files themselves. */
  readonly after?: boolean
  /** Gets the rules at the end of a build instead of the warnings being printed. */
  readonly onEnd?: (rules: BuildRules) => void
}

/**
 * The plugin for webpack and rspack. Looks at modules before other loaders do, so that rules see what was written.
 */
export class ClewRulesPlugin {
  readonly #config: BuildRulesConfig
  readonly #after: boolean
  readonly #onEnd: ((rules: BuildRules) => void) | undefined

  constructor({ after = false, onEnd, ...config }: WebpackRulesConfig = {}) {
    this.#config = config
    this.#after = after
    this.#onEnd = onEnd
  }

  /** Called by the bundler. */
  apply(compiler: Compiler): void {
    const config = { ...this.#config, root: this.#config.root ?? compiler.context }
    let rules = new BuildRules(config)
    compiler.options.module.rules.unshift({
      test: CODE_FILE,
      enforce: this.#after ? 'post' : 'pre',
      use: [{ loader: LOADER_PATH, options: config }],
    })
    compiler.hooks.thisCompilation.tap(NAME, () => {
      rules = new BuildRules(config)
      shareRules(config, rules)
    })
    compiler.hooks.afterCompile.tap(NAME, (compilation) => {
      if (this.#onEnd !== undefined) this.#onEnd(rules)
      else for (const warning of rules.warnings()) compilation.warnings.push(new Error(`clew: ${warning}`))
    })
  }
}
