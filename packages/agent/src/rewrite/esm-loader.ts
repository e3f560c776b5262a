/** Hooks of `import` in Node's loader thread, for Node without synchronous hooks. */
import { fileURLToPath } from 'node:url'
import { reportOnce } from '../report-once.ts'
import {
  isModuleFormat,
  isModuleUrl,
  rewriteWith,
  type RewriterOrigin,
  type SourceRewriter,
} from './source-rewriter.ts'

interface Loaded {
  readonly format?: string | null
  readonly source?: string | ArrayBuffer | NodeJS.TypedArray | null
}

const rewriters: SourceRewriter[] = []

/**
 * Called by Node with the data that was given to `register`.
 *
 * @public
 */
export async function initialize({ origin }: { readonly origin: RewriterOrigin }): Promise<void> {
  const module = (await import(origin.moduleUrl)) as { createRewriter(options: unknown): SourceRewriter }
  rewriters.push(module.createRewriter(origin.options))
}

/**
 * Called by Node for each module that is imported.
 *
 * @public
 */
export async function load(
  url: string,
  context: unknown,
  nextLoad: (url: string, context: unknown) => Promise<Loaded>,
): Promise<Loaded> {
  const loaded = await nextLoad(url, context)
  if (!isModuleUrl(url) || !isModuleFormat(loaded.format) || loaded.source == null) return loaded
  const path = fileURLToPath(url)
  if (!rewriters.some((rewriter) => rewriter.wants(path))) return loaded
  const text = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source)
  const source = rewriteWith(rewriters, { path, format: 'esm', source: text }, reportOnce)
  return source === undefined ? loaded : { ...loaded, source }
}
