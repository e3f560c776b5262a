import type { Position } from './config-error.ts'

export type ScalarValue = string | number | bigint | boolean | null

/** A configuration before it is checked: plain data that still knows where each part was written. */
export type Tree = MapTree | ListTree | ScalarTree

export interface MapTree {
  readonly kind: 'map'
  readonly position: Position
  readonly entries: ReadonlyMap<string, MapEntry>
  /** The text an expansion gave, when the whole value was one: used where a string is wanted. */
  readonly original?: string | undefined
}

export interface MapEntry {
  readonly keyPosition: Position
  readonly value: Tree
}

export interface ListTree {
  readonly kind: 'list'
  readonly position: Position
  readonly items: readonly Tree[]
  readonly original?: string | undefined
}

export interface ScalarTree {
  readonly kind: 'scalar'
  readonly position: Position
  readonly value: ScalarValue
  readonly original?: string | undefined
}

/** The plain value: maps as objects without prototype surprises, lists as arrays. */
export function toPlain(tree: Tree): unknown {
  if (tree.kind === 'scalar') {
    // Expanded text that reads as a string is kept as it was written, quotes included.
    if (typeof tree.value === 'string' && tree.original !== undefined) return tree.original
    return typeof tree.value === 'bigint' && isSafe(tree.value) ? Number(tree.value) : tree.value
  }
  if (tree.kind === 'list') return tree.items.map(toPlain)
  const object: Record<string, unknown> = {}
  for (const [key, entry] of tree.entries) {
    Object.defineProperty(object, key, {
      value: toPlain(entry.value),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  return object
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
}

/** The part at `path`, or undefined. */
export function treeAt(tree: Tree, path: readonly PropertyKey[]): Tree | undefined {
  let at: Tree | undefined = tree
  for (const key of path) {
    if (at === undefined) return undefined
    if (at.kind === 'map') at = at.entries.get(String(key))?.value
    else if (at.kind === 'list') at = at.items[Number(key)]
    else return undefined
  }
  return at
}

/** Where `path` was written: its key when it has one, else the nearest part above it. */
export function positionAt(tree: Tree, path: readonly PropertyKey[]): Position {
  let at: Tree = tree
  let position = tree.position
  for (const key of path) {
    if (at.kind === 'map') {
      const entry = at.entries.get(String(key))
      if (entry === undefined) return position
      position = entry.keyPosition
      at = entry.value
    } else if (at.kind === 'list') {
      const item = at.items[Number(key)]
      if (item === undefined) return position
      position = item.position
      at = item
    } else return position
  }
  return position
}

/**
 * `later` over `earlier`: maps merge key by key, everything else is replaced as a whole (lists too). A null replaces
 * what was there.
 */
export function mergeTrees(earlier: Tree, later: Tree): Tree {
  if (earlier.kind !== 'map' || later.kind !== 'map') return later
  const entries = new Map(earlier.entries)
  for (const [key, entry] of later.entries) {
    const old = entries.get(key)
    entries.set(key, old === undefined ? entry : { ...entry, value: mergeTrees(old.value, entry.value) })
  }
  return { kind: 'map', position: earlier.position, entries }
}
