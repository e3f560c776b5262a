import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type Pair } from 'yaml'
import { ConfigError, type Position } from './config-error.ts'
import { goScalar } from './go-scalar.ts'
import { mergeTrees, type ListTree, type MapEntry, type MapTree, type ScalarTree, type Tree } from './tree.ts'

/** Aliases can make a small text a huge tree; no real configuration comes near. */
const MAX_NODES = 200_000

/** Reads one YAML document. Throws the first ConfigError CONFIG_SYNTAX. An empty text is an empty map. */
export function parseYaml(text: string, source: string): Tree {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false, version: '1.2' })
  const [first] = document.errors
  if (first !== undefined) {
    // Some errors point at the white space in front of what is wrong.
    const blank = /^\s*/.exec(text.slice(first.pos[0]))?.[0].length ?? 0
    const at = lines.linePos(first.code === 'DUPLICATE_KEY' ? first.pos[0] + blank : first.pos[0])
    const problem = (first.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')
    throw new ConfigError({
      code: 'CONFIG_SYNTAX',
      path: [],
      position: { source, line: at.line, column: at.col },
      problem: `not valid YAML: ${problem}`,
      fix: syntaxFix(first.code, text.split('\n')[at.line - 1] ?? ''),
    })
  }
  const reader = new Reader(document, lines, source)
  return document.contents === null ? reader.emptyMap() : reader.read(document.contents)
}

function syntaxFix(code: string, line: string): string | undefined {
  if (code === 'DUPLICATE_KEY') return 'remove one of the two, or give components names: otlp/one, otlp/two'
  if (code === 'TAB_AS_INDENT' || line.startsWith('\t')) return 'indent with spaces; YAML does not allow tabs'
  return undefined
}

class Reader {
  readonly #document: Document
  readonly #lines: LineCounter
  readonly #source: string
  #nodes = 0

  constructor(document: Document, lines: LineCounter, source: string) {
    this.#document = document
    this.#lines = lines
    this.#source = source
  }

  emptyMap(): MapTree {
    return { kind: 'map', position: { source: this.#source, line: 1, column: 1 }, entries: new Map() }
  }

  read(node: Node | null, fallback?: Position): Tree {
    this.#nodes += 1
    const position = node === null ? (fallback ?? this.#position(0)) : this.#position(node.range?.[0] ?? 0)
    if (this.#nodes > MAX_NODES) throw this.#error(position, 'the document expands to too many nodes')
    if (node === null) return { kind: 'scalar', position, value: null }
    if (isAlias(node)) {
      const target = node.resolve(this.#document)
      if (target === undefined) throw this.#error(position, `unknown anchor *${node.source}`)
      return this.read(target, position)
    }
    if (isMap(node)) return this.#map(node.items as Pair<Node, Node | null>[], position)
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item as Node, position))
      return { kind: 'list', position, items } satisfies ListTree
    }
    if (!isScalar(node)) throw this.#error(position, 'unexpected YAML node')
    const plain = node.type === undefined || node.type === 'PLAIN'
    const value = plain && node.tag !== 'tag:yaml.org,2002:str' ? goScalar(node.source ?? '') : String(node.value)
    return { kind: 'scalar', position, value } satisfies ScalarTree
  }

  #map(pairs: readonly Pair<Node, Node | null>[], position: Position): MapTree {
    let result: MapTree = { kind: 'map', position, entries: new Map() }
    const merged: Tree[] = []
    const own = new Map<string, MapEntry>()
    for (const pair of pairs) {
      const keyPosition = this.#position(pair.key.range?.[0] ?? 0)
      if (!isScalar(pair.key)) throw this.#error(keyPosition, 'a key must be a plain value')
      const key = pair.key.source ?? String(pair.key.value)
      const value = this.read(pair.value, keyPosition)
      if (key === '<<' && pair.key.type === 'PLAIN') merged.push(...(value.kind === 'list' ? value.items : [value]))
      else addNested(own, key.split('::'), { keyPosition, value })
    }
    // In a list of merge sources the first one wins.
    for (const source of merged.reverse()) {
      if (source.kind !== 'map') throw this.#error(source.position, '<< takes a map or a list of maps')
      result = { ...result, entries: new Map([...result.entries, ...source.entries]) }
    }
    return { ...result, entries: new Map([...result.entries, ...own]) }
  }

  #position(offset: number): Position {
    const at = this.#lines.linePos(offset)
    return { source: this.#source, line: Math.max(1, at.line), column: Math.max(1, at.col) }
  }

  #error(position: Position, problem: string): ConfigError {
    return new ConfigError({ code: 'CONFIG_SYNTAX', path: [], position, problem })
  }
}

/** `a::b: v` is the same as `a: {b: v}`. */
function addNested(entries: Map<string, MapEntry>, path: readonly string[], entry: MapEntry): void {
  const [key, ...rest] = path
  if (key === undefined) return
  let added = entry
  if (rest.length > 0) {
    const inner = new Map<string, MapEntry>()
    addNested(inner, rest, entry)
    added = { keyPosition: entry.keyPosition, value: { kind: 'map', position: entry.keyPosition, entries: inner } }
  }
  const old = entries.get(key)
  entries.set(key, old === undefined ? added : { ...added, value: mergeTrees(old.value, added.value) })
}
