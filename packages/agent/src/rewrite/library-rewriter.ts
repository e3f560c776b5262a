import { createRequire } from 'node:module'
import type { InstrumentationConfig, InstrumentationMatcher } from '@apm-js-collab/code-transformer'
import { agentFile } from '../modules/agent-file.ts'
import { packageOfFile, packageVersion } from '../modules/package-of-file.ts'
import type { RewriterOrigin, SourceRewriter } from './source-rewriter.ts'

/** One rule for a function of an installed package, as `@apm-js-collab/code-transformer` takes it. */
export type LibraryRule = InstrumentationConfig

/**
 * Puts tracing channels (`orchestrion:<package>:<channelName>`) around functions of installed packages. The parser is
 * loaded when the first file comes that a rule may be about.
 */
export function createRewriter(rules: unknown): SourceRewriter {
  const all = rules as readonly LibraryRule[]
  const names = new Set(all.map((rule) => rule.module.name))
  let matcher: InstrumentationMatcher | undefined
  return {
    wants: (path) => {
      const found = packageOfFile(path)
      return found !== undefined && names.has(found.name) && all.some((rule) => about(rule, found))
    },
    rewrite: ({ path, format, source }) => {
      const found = packageOfFile(path)
      if (found === undefined) return undefined
      matcher ??= loadTransformer().create([...all], 'node:diagnostics_channel')
      const transformer = matcher.getTransformer(found.name, packageVersion(found.folder), found.file)
      if (transformer === undefined) return undefined
      const { code, map } = transformer.transform(source, format, null, { sourceFile: path })
      return map !== undefined && process.sourceMapsEnabled ? `${code}\n${inlineMap(map)}` : code
    },
  }
}

/** How the loader thread gets the same rewriter. */
export function originOf(rules: readonly LibraryRule[]): RewriterOrigin {
  return { moduleUrl: agentFile('rewrite/library-rewriter.js').href, options: rules }
}

function about({ module: { name, filePath } }: LibraryRule, found: { name: string; file: string }): boolean {
  if (name !== found.name) return false
  return typeof filePath === 'string' ? filePath === found.file : filePath.test(found.file)
}

/** The package's entry. */
interface CodeTransformer {
  create(rules: LibraryRule[], channelModule: string): InstrumentationMatcher
}

function loadTransformer(): CodeTransformer {
  return createRequire(import.meta.url)('@apm-js-collab/code-transformer') as CodeTransformer
}

function inlineMap(map: string): string {
  return `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`
}
