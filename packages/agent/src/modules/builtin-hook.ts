import nodeModule, { createRequire, isBuiltin, syncBuiltinESMExports } from 'node:module'
import { hasSyncHooks } from './esm-hook.ts'

/** What the types of the oldest Node do not say. */
interface NodeModule {
  _load: (this: unknown, request: string, ...rest: unknown[]) => unknown
  readonly registerHooks?: (hooks: {
    resolve: (specifier: string, context: unknown, next: (...args: unknown[]) => unknown) => unknown
  }) => unknown
}

interface ProcessWithBuiltins {
  getBuiltinModule?: (name: string) => unknown
}

/**
 * Calls `onLoaded` once with the exports of a module of Node, when the program first asks for it: for modules that are
 * not to be loaded in every program, because they take time or print a warning. Not seen: `import` of it on Node without
 * synchronous hooks; `atOnce` loads it now instead.
 */
export function hookBuiltin(
  name: string,
  onLoaded: (exports: unknown) => void,
  { atOnce = false }: { readonly atOnce?: boolean } = {},
): void {
  const specifier = `node:${name}`
  // Some have no other name than that with `node:`; what is called like them without it is a package.
  const shortName = isBuiltin(name) ? name : specifier
  const names = (asked: string): boolean => asked === specifier || asked === shortName
  let seen = false
  const see = (): void => {
    if (seen) return
    seen = true
    onLoaded(createRequire(import.meta.url)(specifier))
    // What is changed in it has to be in what `import` gives, too.
    syncBuiltinESMExports()
  }
  if (atOnce) {
    see()
    return
  }
  const loader = nodeModule as object as NodeModule
  const originalLoad = loader._load
  loader._load = function load(request, ...rest) {
    if (!seen && names(request)) see()
    return originalLoad.call(this, request, ...rest)
  }
  const holder = process as ProcessWithBuiltins
  const original = holder.getBuiltinModule
  if (original !== undefined) {
    holder.getBuiltinModule = (asked) => {
      if (names(asked)) see()
      return original.call(process, asked)
    }
  }
  if (!hasSyncHooks(process.versions.node)) return
  loader.registerHooks?.({
    resolve: (asked, context, next) => {
      if (!seen && names(asked)) see()
      return next(asked, context)
    },
  })
}
