import Module from 'node:module'
import { packageOfFile, type PackageFile } from './package-of-file.ts'

/** Sees the exports of a file of a package when it has run; what it returns takes their place. Must not throw. */
export type OnCommonJs = (exports: unknown, path: string, file: PackageFile) => unknown

interface LoadedModule {
  exports: unknown
}

/** What every version of Node has, and its types do not say. */
interface LoadingModule {
  readonly prototype: { _compile: (this: LoadedModule, content: unknown, path: string, ...rest: unknown[]) => unknown }
}

/**
 * Calls `onLoaded` for every CommonJS file in node_modules that is loaded, before whoever asked for it gets to see it.
 * Stands where `require` and `import` of CommonJS come together, and right after the file has run: what it exports is noted
 * for `import` before its loading is over. Returns what takes it back.
 */
export function hookCommonJs(onLoaded: OnCommonJs): () => void {
  const { prototype } = Module as object as LoadingModule
  const original = prototype._compile
  prototype._compile = function compile(content, path, ...rest) {
    const result = original.call(this, content, path, ...rest)
    const file = typeof path === 'string' ? packageOfFile(path) : undefined
    if (file !== undefined) {
      // Some have a getter that gives another object each time, and no setter.
      const before = this.exports
      const exports = onLoaded(before, path, file)
      if (exports !== before) Reflect.set(this, 'exports', exports)
    }
    return result
  }
  return () => {
    prototype._compile = original
  }
}
