import nodeModule, { register } from 'node:module'
import { fileURLToPath } from 'node:url'
import { hasSyncHooks } from '../modules/esm-hook.ts'
import { agentFile } from '../modules/agent-file.ts'
import { reportOnce } from '../report-once.ts'
import {
  isModuleFormat,
  isModuleUrl,
  rewriteWith,
  type RewriterOrigin,
  type SourceRewriter,
} from './source-rewriter.ts'

type Compile = (this: unknown, content: unknown, filename: string, ...rest: unknown[]) => unknown

interface LoadResult {
  readonly format?: string | null
  readonly source?: string | ArrayBuffer | NodeJS.TypedArray | null
}

type Load = (url: string, context: unknown, nextLoad: (url: string, context: unknown) => LoadResult) => LoadResult

/** What the types of the oldest Node do not say. */
interface NodeModule {
  readonly prototype: { _compile: Compile }
  readonly registerHooks?: (hooks: { load: Load }) => unknown
}

const rewriters: SourceRewriter[] = []
const { prototype, registerHooks } = nodeModule as object as NodeModule

/**
 * Lets a rewriter change every JavaScript file that is loaded from now on, by `require` or by `import`; rewriters that
 * were added earlier come first. On Node without synchronous hooks, `origin` says where the loader thread gets the same one.
 */
export function addSourceRewriter(rewriter: SourceRewriter, origin: RewriterOrigin): void {
  rewriters.push(rewriter)
  const inThread = hasSyncHooks(process.versions.node)
  if (rewriters.length === 1) {
    hookRequire()
    if (inThread) hookImport()
  }
  if (!inThread) register(agentFile('rewrite/esm-loader.js'), { data: { origin } })
}

/**
 * CommonJS files come through `_compile` on every version of Node, also those that are imported: with a load hook that
 * gives their text, Node would load them in a way in which `require.cache` and the like are not what programs expect.
 */
function hookRequire(): void {
  const original = prototype._compile
  prototype._compile = function compile(content, filename, ...rest) {
    const source = typeof content === 'string' ? rewrite(filename, 'cjs', content) : undefined
    return original.call(this, source ?? content, filename, ...rest)
  }
}

function hookImport(): void {
  registerHooks?.({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context)
      if (!isModuleUrl(url) || !isModuleFormat(loaded.format) || loaded.source == null) return loaded
      const path = fileURLToPath(url)
      if (!wanted(path)) return loaded
      const source = rewrite(path, 'esm', textOf(loaded.source))
      return source === undefined ? loaded : { ...loaded, source }
    },
  })
}

function wanted(path: string): boolean {
  return rewriters.some((rewriter) => rewriter.wants(path))
}

function rewrite(path: string, format: 'esm' | 'cjs', source: string): string | undefined {
  return wanted(path) ? rewriteWith(rewriters, { path, format, source }, reportOnce) : undefined
}

function textOf(source: string | ArrayBuffer | NodeJS.TypedArray): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source)
}
