import { chainSourceMaps, inlineMapComment, inputSourceMap, withAbsoluteSources } from '../rewrite/source-map.ts'
import type { RewriterOrigin, SourceRewriter } from '../rewrite/source-rewriter.ts'
import { pathToFileURL } from 'node:url'
import { FileMatcher } from './match-file.ts'
import { moduleFile } from './module-file.ts'
import { parseRules } from './parse-rules.ts'
import { RUNTIME_EXPRESSION } from './transform/names.ts'
import { instrumentModule } from './transform/instrument-module.ts'

/** What the rewriter is made from in whichever thread: plain data. */
export interface RulesRewriterOptions {
  readonly files: readonly { readonly path: string; readonly text: string }[]
  /** Folder of the program's package. */
  readonly root: string | undefined
}

/**
 * Applies rules to modules when they are loaded. What it has to say about a module it writes into that module, because it may
 * work in another thread than the program.
 * @throws RulesError for a file that cannot be used.
 */
export function createRewriter(options: unknown): SourceRewriter {
  const { files, root } = options as RulesRewriterOptions
  const rules = files.flatMap(({ path, text }) => parseRules(text, path))
  const matcher = new FileMatcher(rules, root)
  const onlyProgram = rules.every(({ targets }) => targets.every((target) => target === '$root'))
  return {
    wants: (path) =>
      !(onlyProgram && /[\\/]node_modules[\\/]/.test(path)) && matcher.rulesFor(moduleFile(path)).length > 0,
    rewrite: ({ path, source }) => {
      const file = moduleFile(path)
      const inputMap = inputSourceMap(source, path)
      const result = instrumentModule({
        source,
        file,
        inputMap,
        rules: matcher.rulesFor(file),
        importRuntime: () => '',
      })
      const notes = result.notes.map(({ rule, text }) => `?.note(${JSON.stringify(rule)},${JSON.stringify(text)})`)
      const said = notes.map((call) => `\n;globalThis[${RUNTIME_EXPRESSION}]${call};`).join('')
      if (result.output === undefined) return said === '' ? undefined : source + said
      const own = withAbsoluteSources(result.output.map, pathToFileURL(path))
      const map = chainSourceMaps(inputMap === undefined ? [own] : [own, inputMap])
      return `${result.output.code}${said}${map === undefined ? '' : `\n${inlineMapComment(map)}\n`}`
    },
  }
}

/** How the loader thread gets the same one. */
export function originOfRules(options: RulesRewriterOptions): RewriterOrigin {
  return { moduleUrl: new URL('rules-rewriter.js', import.meta.url).href, options }
}
