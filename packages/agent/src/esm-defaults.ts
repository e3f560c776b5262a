import { Hook } from 'import-in-the-middle'

type Exports = Record<string, unknown>

/**
 * Carries patches over to default imports. Of a CommonJS package that is imported, instrumentations patch the named
 * exports only, so `import grpc from '@grpc/grpc-js'` would go past them. Must be called after the instrumentations
 * have set their hooks, because hooks run in the order in which they were set.
 */
export function patchDefaultImports(moduleNames: readonly string[]): void {
  // oxlint-disable-next-line no-new -- setting the hook is what the constructor is for
  new Hook([...new Set(moduleNames)], (exports: Exports) => {
    try {
      const patched = withPatches(exports)
      if (patched !== undefined) exports['default'] = patched
    } catch {
      // A default export that cannot be copied stays unpatched.
    }
    return exports
  })
}

/** A copy of the default export in which every wrapped named export is the wrapped one; undefined when none is. */
function withPatches(exports: Exports): object | undefined {
  const original = exports['default']
  if (typeof original !== 'object' || original === null) return undefined
  const descriptors = Object.getOwnPropertyDescriptors(original) as Record<string, PropertyDescriptor>
  let changed = false
  for (const name of Object.keys(exports)) {
    const value = exports[name]
    if (name === 'default' || !isWrapped(value) || Reflect.get(original, name) === value) continue
    descriptors[name] = { value, enumerable: true, configurable: true, writable: true }
    changed = true
  }
  return changed ? (Object.create(Object.getPrototypeOf(original) as object | null, descriptors) as object) : undefined
}

function isWrapped(value: unknown): boolean {
  return typeof value === 'function' && '__wrapped' in value
}
