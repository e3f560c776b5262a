import Module from 'node:module'
import { packageOfFile, type PackageFile } from './package-of-file.ts'

/** Sees the exports of a file of a package when it has run; what it returns takes their place. Must not throw. */
export type OnCommonJs = (exports: unknown, path: string, file: PackageFile) => unknown

interface LoadedModule {
  exports: unknown
}

/** What every version of Node has, and its types do not say. */
interface LoadingModule {
  readonly prototype: { load: (this: LoadedModule, path: string) => unknown }
}

/**
 * Calls `onLoaded` for every CommonJS file in node_modules that is loaded, before whoever asked for it gets to see it.
 * Stands where `require` and `import` of CommonJS come together, so there is one way for both. Returns what takes it back.
 */
export function hookCommonJs(onLoaded: OnCommonJs): () => void {
  const { prototype } = Module as object as LoadingModule
  const original = prototype.load
  prototype.load = function load(path) {
    const result = original.call(this, path)
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
    prototype.load = original
  }
}
