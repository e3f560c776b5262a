/** The text of a file that is about to be compiled: JavaScript, or TypeScript where Node strips the types itself. */
export interface SourceFile {
  /** Absolute path. */
  readonly path: string
  readonly format: 'esm' | 'cjs'
  readonly source: string
}

/** Changes files when they are loaded. */
export interface SourceRewriter {
  /** Whether `rewrite` may have something to do; asked for every file, so it must be quick. */
  wants(path: string): boolean
  /** The new text, or undefined to leave the file as it is. Whatever it throws leaves the file as it is, and is reported. */
  rewrite(file: SourceFile): string | undefined
}

/**
 * Where a rewriter can be had in another thread: Node before 22.22 runs the hooks of `import` in a thread of its own. The
 * module exports `createRewriter(options): SourceRewriter`; `options` is cloned into that thread.
 */
export interface RewriterOrigin {
  readonly moduleUrl: string
  readonly options: unknown
}

/** Whether a URL is that of a file, and not of the wrapper that import-in-the-middle puts around one. */
export function isModuleUrl(url: string): boolean {
  return url.startsWith('file:') && !/[?&]iitm=/.test(url)
}

/**
 * Whether a format of Node's loader is an ES module's, or that of CommonJS in TypeScript, which some versions of Node do not
 * send through `_compile`.
 */
export function isModuleFormat(format: string | null | undefined): boolean {
  return format === 'module' || format === 'module-typescript' || format === 'commonjs-typescript'
}

/** Applies the rewriters one after the other; undefined when none has changed anything. */
export function rewriteWith(
  rewriters: readonly SourceRewriter[],
  file: SourceFile,
  report: (text: string) => void,
): string | undefined {
  let source: string | undefined
  for (const rewriter of rewriters) {
    try {
      if (!rewriter.wants(file.path)) continue
      source = rewriter.rewrite(source === undefined ? file : { ...file, source }) ?? source
    } catch (error) {
      report(`${file.path} is not instrumented: ${String(error)}`)
    }
  }
  return source
}
