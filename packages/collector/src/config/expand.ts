import { ConfigError, type Position } from './config-error.ts'
import { goScalar } from './go-scalar.ts'
import { parseYaml } from './parse-yaml.ts'
import type { MapEntry, Tree } from './tree.ts'

/** Gives the text of a reference, or undefined when there is nothing (an unset variable). Throws an Error otherwise. */
export type ReferenceReader = (scheme: string, opaque: string) => string | undefined

export interface Expansion {
  readonly tree: Tree
  readonly errors: ConfigError[]
  readonly warnings: ConfigError[]
}

const MAX_EXPANSIONS = 1000
/** A default stands behind `:-`; only `env` has one. */
const ENV_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/**
 * Replaces `${scheme:opaque}` and `${NAME}` (an environment variable) in every value. A value that is one reference as a
 * whole is read as YAML and remembers its text, for fields that want a string; a reference inside a longer text is put in
 * as text. `$$` is one `$`. References may be nested; the innermost goes first.
 */
export function expandTree(tree: Tree, read: ReferenceReader): Expansion {
  const expander = new Expander(read)
  const expanded = expander.tree(tree, [], 0)
  return { tree: expanded, errors: expander.errors, warnings: expander.warnings }
}

class Expander {
  readonly errors: ConfigError[] = []
  readonly warnings: ConfigError[] = []
  readonly #read: ReferenceReader
  #budget = MAX_EXPANSIONS

  constructor(read: ReferenceReader) {
    this.#read = read
  }

  tree(tree: Tree, path: readonly (string | number)[], depth: number): Tree {
    if (tree.kind === 'list') {
      return { ...tree, items: tree.items.map((item, index) => this.tree(item, [...path, index], depth)) }
    }
    if (tree.kind === 'map') {
      const entries = new Map<string, MapEntry>()
      for (const [key, entry] of tree.entries) {
        entries.set(key, { ...entry, value: this.tree(entry.value, [...path, key], depth) })
      }
      return { ...tree, entries }
    }
    if (typeof tree.value !== 'string' || !tree.value.includes('$')) return tree
    try {
      this.#budget = MAX_EXPANSIONS
      return this.#scalar(tree.value, tree.position, path, depth)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      this.errors.push(error)
      return { kind: 'scalar', position: tree.position, value: null }
    }
  }

  #scalar(text: string, position: Position, path: readonly (string | number)[], depth: number): Tree {
    this.#hintNaked(text, position, path)
    let current = text
    for (;;) {
      const found = innermost(current)
      if (found === undefined) {
        return { kind: 'scalar', position, value: current.replaceAll('$$', '$') }
      }
      this.#budget -= 1
      if (this.#budget < 0) throw this.#error(position, path, 'too many recursive expansions')
      const content = this.#resolve(current.slice(found.start + 2, found.end), position, path)
      if (found.start === 0 && found.end === current.length - 1) {
        return this.#whole(content, position, path, depth)
      }
      const value = content ?? ''
      if (isCollection(value)) {
        throw this.#error(position, path, 'a map or list cannot be put inside a longer text')
      }
      current = current.slice(0, found.start) + value + current.slice(found.end + 1)
    }
  }

  #whole(content: string | undefined, position: Position, path: readonly (string | number)[], depth: number): Tree {
    if (content === undefined) return { kind: 'scalar', position, value: null }
    if (depth > 20) throw this.#error(position, path, 'too many recursive expansions')
    let parsed: Tree
    try {
      parsed = parseYaml(content, position.source)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      // Text that is no YAML is still a fine string.
      parsed = { kind: 'scalar', position, value: content }
    }
    // A variable that is set but empty: null where YAML decides, the empty text where a string is wanted.
    if (content.trim() === '') return { kind: 'scalar', position, value: null, original: content }
    const placed = moveTo(parsed, position)
    if (placed.kind === 'scalar' && typeof placed.value === 'string') {
      if (!content.includes('$')) return { ...placed, original: content }
      const again = this.#scalar(content, position, path, depth + 1)
      return again.kind === 'scalar' && typeof again.value === 'string' ? { ...again, original: again.value } : again
    }
    const nested = this.tree(placed, path, depth + 1)
    return { ...nested, original: content }
  }

  /** The text behind `${…}`; undefined is null. */
  #resolve(reference: string, position: Position, path: readonly (string | number)[]): string | undefined {
    const match = /^([A-Za-z][A-Za-z0-9+.-]+):([\s\S]*)$/.exec(reference)
    const scheme = match?.[1] ?? 'env'
    const opaque = match?.[2] ?? reference
    if (opaque.includes('$')) {
      throw this.#error(position, path, `the uri "${scheme}:${opaque}" contains unsupported characters ('$')`)
    }
    if (scheme !== 'env') return this.#readReference(scheme, opaque, position, path)
    const split = opaque.indexOf(':-')
    const name = split < 0 ? opaque : opaque.slice(0, split)
    if (!ENV_NAME.test(name)) {
      throw this.#error(
        position,
        path,
        `environment variable "${name}" has invalid name: must match regex ${ENV_NAME.source}`,
      )
    }
    const value = this.#readReference('env', name, position, path)
    if (value !== undefined) return value
    if (split >= 0) return opaque.slice(split + 2)
    this.warnings.push(
      this.#error(
        position,
        path,
        `environment variable ${name} is not set; the value is empty`,
        `set it, or give a default: \${env:${name}:-value}`,
      ),
    )
    return undefined
  }

  #readReference(
    scheme: string,
    opaque: string,
    position: Position,
    path: readonly (string | number)[],
  ): string | undefined {
    try {
      return this.#read(scheme, opaque)
    } catch (error) {
      throw this.#error(position, path, error instanceof Error ? error.message : String(error))
    }
  }

  #hintNaked(text: string, position: Position, path: readonly (string | number)[]): void {
    const naked = /(?:^|[^$])\$([A-Za-z_][A-Za-z0-9_]*)/.exec(text)
    if (naked === null) return
    this.warnings.push(
      this.#error(
        position,
        path,
        `$${naked[1]} is not expanded`,
        `write \${env:${naked[1]}}, or $$${naked[1]} when the dollar sign is meant`,
      ),
    )
  }

  #error(position: Position, path: readonly (string | number)[], problem: string, fix?: string): ConfigError {
    return new ConfigError({ code: 'CONFIG_EXPANSION', path, position, problem, fix })
  }
}

/** The first `${…}` without another one inside. `$$` hides a `$`. */
function innermost(text: string): { start: number; end: number } | undefined {
  let start = -1
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === '$') {
      if (text[i + 1] === '$') i += 1
      else if (text[i + 1] === '{') {
        start = i
        i += 1
      }
    } else if (char === '}' && start >= 0) return { start, end: i }
  }
  return undefined
}

function isCollection(text: string): boolean {
  if (!/^[[{]|[:\n]/.test(text) || typeof goScalar(text) !== 'string') return false
  try {
    return parseYaml(text, '').kind !== 'scalar'
  } catch {
    return false
  }
}

/** Everything that came out of a reference is at the place of the reference. */
function moveTo(tree: Tree, position: Position): Tree {
  if (tree.kind === 'scalar') return { ...tree, position }
  if (tree.kind === 'list') return { ...tree, position, items: tree.items.map((item) => moveTo(item, position)) }
  const entries = new Map<string, MapEntry>()
  for (const [key, entry] of tree.entries) {
    entries.set(key, { keyPosition: position, value: moveTo(entry.value, position) })
  }
  return { ...tree, position, entries }
}
