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

/**
 * The plugin for webpack and rspack. Looks at modules before other loaders do, so that rules see what was written;
 * `after: true` puts it behind them, for loaders that read files themselves.
 */
export class ClewRulesPlugin {
  readonly #config: BuildRulesConfig
  readonly #after: boolean

  constructor({ after = false, ...config }: BuildRulesConfig & { readonly after?: boolean } = {}) {
    this.#config = config
    this.#after = after
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
      for (const warning of rules.warnings()) compilation.warnings.push(new Error(`clew: ${warning}`))
    })
  }
}
