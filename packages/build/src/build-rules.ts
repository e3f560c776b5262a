import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chainSourceMaps, withAbsoluteSources, type RawSourceMap } from '@clew/agent/rewrite/source-map'
import { FileMatcher } from '@clew/agent/rules/match-file'
import { moduleFile, packageRootAbove } from '@clew/agent/rules/module-file'
import { parseRules } from '@clew/agent/rules/parse-rules'
import { problemText, RulesError } from '@clew/agent/rules/rule-error'
import type { Rule } from '@clew/agent/rules/rule'
import { instrumentModule } from '@clew/agent/rules/transform/instrument-module'
import { ClewError, errorMessage } from '@clew/base/errors'
import { pathToFileURL } from 'node:url'

/** Settings of every plugin. */
export interface BuildRulesConfig {
  /** Path of the rules file, from the folder of the build. Default: `clew.rules.yaml`. */
  readonly rules?: string
  /** A folder in the package that `$root` stands for. Default: where the build runs. */
  readonly root?: string
}

/** One module to look at. */
export interface BuildModule {
  readonly source: string
  /** Absolute path of the file. */
  readonly path: string
  /** The map from the source to what it was made from, if there is one. */
  readonly inputMap?: RawSourceMap | undefined
  /** How modules name the runtime and hooks; the absolute path when not given. */
  readonly specifier?: (path: string) => string
}

/** Files that may hold code of the program. */
export const CODE_FILE: RegExp = /\.[cm]?[jt]sx?$/

/** Entry of the runtime that instrumented modules import. */
export const RUNTIME_PATH: string = runtimePath()

/** The rules of one build: applies them to modules, and knows at the end which of them found nothing. */
export class BuildRules {
  readonly rules: readonly Rule[]
  readonly #matcher: FileMatcher
  readonly #matched = new Map<string, number>()
  readonly #notes = new Set<string>()

  /** @throws ClewError RULES_UNREADABLE or RULES_INVALID, with every problem, its line and what to do. */
  constructor({ rules = 'clew.rules.yaml', root = process.cwd() }: BuildRulesConfig = {}) {
    const path = resolve(root, rules)
    this.rules = readRules(path)
    this.#matcher = new FileMatcher(this.rules, packageRootAbove(resolve(root)))
  }

  /** The module with the rules in it; undefined when no rule is about it. A text that cannot be parsed is left alone, with a note. */
  apply({
    source,
    path,
    inputMap,
    specifier = (file) => file.replaceAll('\\', '/'),
  }: BuildModule): { readonly code: string; readonly map: RawSourceMap } | undefined {
    if (!CODE_FILE.test(path) || path.endsWith('.d.ts')) return undefined
    const file = moduleFile(path)
    const rules = this.#matcher.rulesFor(file)
    if (rules.length === 0) return undefined
    try {
      const quoted = (target: string): string => JSON.stringify(specifier(target))
      const result = instrumentModule({
        source,
        file,
        inputMap,
        rules,
        annotate: true,
        importRuntime: (isModule) =>
          isModule ? `import ${quoted(RUNTIME_PATH)};` : `require(${quoted(RUNTIME_PATH)});`,
        importHooks: (target, index, isModule) => {
          const name = `__clew$k${index}`
          const text = isModule
            ? `import * as ${name} from ${quoted(target)};`
            : `var ${name}=require(${quoted(target)});`
          return { text, name }
        },
      })
      for (const [name, count] of result.matched) this.#count(name, count)
      for (const { rule, text } of result.notes) this.#notes.add(`rule ${rule}: ${text}`)
      if (result.output === undefined) {
        this.#countEarlier(source)
        return undefined
      }
      const own = withAbsoluteSources(result.output.map, pathToFileURL(path))
      const map = inputMap === undefined ? own : chainSourceMaps([own, inputMap])
      return { code: result.output.code, map: map ?? own }
    } catch (error) {
      this.#notes.add(`${file.pathInPackage} is left as it is: ${errorMessage(error)}`)
      return undefined
    }
  }

  /** Places by rule, so far. */
  get matched(): ReadonlyMap<string, number> {
    return this.#matched
  }

  /** What is to be said at the end of a build. */
  warnings(): readonly string[] {
    const dead = this.rules.filter(({ name, actions }) => {
      const isPassive = actions.every((action) => action.do === 'skip' || action.do === 'redact')
      return !isPassive && !this.#matched.has(name)
    })
    return [
      ...this.#notes,
      ...dead.map(
        ({ name, origin }) =>
          `rule ${name} (${origin}) matched nothing in this build: compare target, file and names with the code`,
      ),
    ]
  }

  /** What an earlier run has put into a file counts as well. */
  #countEarlier(source: string): void {
    if (!source.includes('Symbol.for("clew.rules.1")')) return
    for (const { name } of this.rules) if (source.includes(`"rule":${JSON.stringify(name)}`)) this.#count(name, 1)
  }

  #count(name: string, count: number): void {
    this.#matched.set(name, (this.#matched.get(name) ?? 0) + count)
  }
}

function readRules(path: string): readonly Rule[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const fix = 'write one, or say where it is with `rules`'
    throw new ClewError('RULES_UNREADABLE', `the rules file ${path} cannot be read`, { fix, cause })
  }
  try {
    return parseRules(text, path)
  } catch (error) {
    if (!(error instanceof RulesError)) throw error
    throw new ClewError(error.code, error.problems.map(problemText).join('\n'), {
      fix: 'correct the file',
      cause: error,
    })
  }
}

function runtimePath(): string {
  const own = import.meta.resolve('@clew/agent/rules/runtime/install')
  // From sources, bundlers get what was built.
  return fileURLToPath(own).replace(/([\\/])src([\\/]rules[\\/]runtime[\\/]install)\.ts$/, '$1dist$2.js')
}
