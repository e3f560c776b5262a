import { didYouMean } from '@clew/base/did-you-mean'
import { COMPONENT_KINDS, type ComponentKind } from '../core/component.ts'
import { parseComponentId } from '../core/component-id.ts'
import type { FactoryRegistry } from '../core/factory.ts'
import { planGraph } from '../core/graph-plan.ts'
import { checkSchema } from './check-schema.ts'
import type { CollectorConfig, ComponentEntry } from './collector-config.ts'
import { ConfigError, type ConfigErrorCode } from './config-error.ts'
import { expandTree, type ReferenceReader } from './expand.ts'
import { loadService, type ComponentTables } from './load-service.ts'
import { parseYaml } from './parse-yaml.ts'
import { removedComponentFix } from './removed-components.ts'
import type { ConfigSource } from './source.ts'
import { mergeTrees, positionAt, type MapTree, type Tree } from './tree.ts'

export interface LoadedConfig {
  /** Absent when there are errors. */
  readonly config: CollectorConfig | undefined
  /** Merged and expanded, for `print-config`; absent when a source could not be read at all. */
  readonly tree: Tree | undefined
  /** Everything that is wrong, in the order of the file; empty when the configuration can be built. */
  readonly errors: readonly ConfigError[]
  readonly warnings: readonly ConfigError[]
}

const SECTIONS: Readonly<Record<ComponentKind, string>> = {
  receiver: 'receivers',
  processor: 'processors',
  exporter: 'exporters',
  connector: 'connectors',
  extension: 'extensions',
}
const TOP_KEYS = [...Object.values(SECTIONS), 'service']

/**
 * Reads, merges, expands and checks a configuration, down to the graph it describes. Touches nothing outside: sources
 * come as texts, references through `read`. Never throws for what a user wrote.
 */
export function loadConfig(
  sources: readonly ConfigSource[],
  registry: FactoryRegistry,
  read: ReferenceReader,
): LoadedConfig {
  let merged: Tree | undefined
  const errors: ConfigError[] = []
  for (const source of sources) {
    try {
      const tree = parseYaml(source.text, source.name)
      merged = merged === undefined ? tree : mergeTrees(merged, tree)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      errors.push(error)
    }
  }
  if (merged === undefined || errors.length > 0) return { config: undefined, tree: undefined, errors, warnings: [] }
  const expanded = expandTree(merged, read)
  const loader = new Loader(expanded.tree, registry)
  loader.errors.push(...expanded.errors)
  loader.warnings.push(...expanded.warnings)
  const config = loader.load()
  const failed = loader.errors.length > 0
  return {
    config: failed ? undefined : config,
    tree: expanded.tree,
    errors: loader.errors.sort(byPlace),
    warnings: loader.warnings,
  }
}

function byPlace(a: ConfigError, b: ConfigError): number {
  if (a.position === undefined || b.position === undefined || a.position.source !== b.position.source) return 0
  return a.position.line - b.position.line || a.position.column - b.position.column
}

class Loader {
  readonly errors: ConfigError[] = []
  readonly warnings: ConfigError[] = []
  readonly #tree: Tree
  readonly #registry: FactoryRegistry

  constructor(tree: Tree, registry: FactoryRegistry) {
    this.#tree = tree
    this.#registry = registry
  }

  load(): CollectorConfig | undefined {
    const tree = this.#tree
    if (tree.kind !== 'map' || tree.entries.size === 0) {
      this.#error('CONFIG_VALUE', [], 'empty configuration file', 'start from: clew print-config --default')
      return undefined
    }
    for (const key of tree.entries.keys()) {
      if (TOP_KEYS.includes(key)) continue
      const meant = didYouMean(key, TOP_KEYS)
      const fix = meant === undefined ? `valid sections: ${TOP_KEYS.join(', ')}` : `did you mean "${meant}"?`
      this.#error('CONFIG_UNKNOWN_KEY', [key], `'' has invalid keys: ${key}`, fix)
    }
    const tables = {} as Record<ComponentKind, Map<string, ComponentEntry>>
    const declared = {} as Record<ComponentKind, Set<string>>
    for (const kind of COMPONENT_KINDS) {
      declared[kind] = new Set()
      tables[kind] = this.#components(kind, tree, declared[kind])
    }
    this.#checkPresence(declared)
    this.#checkAmbiguous(declared)
    const serviceTree = tree.entries.get('service')?.value
    if (serviceTree === undefined) {
      this.#error('CONFIG_VALUE', ['service'], 'service must have at least one pipeline', 'add service: pipelines: …')
      return undefined
    }
    const service = loadService(serviceTree, declared satisfies ComponentTables, this.errors)
    if (service === undefined) return undefined
    const config: CollectorConfig = {
      receivers: tables.receiver,
      processors: tables.processor,
      exporters: tables.exporter,
      connectors: tables.connector,
      extensions: tables.extension,
      service,
    }
    if (this.errors.length === 0) this.#checkGraph(config)
    return config
  }

  #components(kind: ComponentKind, tree: MapTree, declared: Set<string>): Map<string, ComponentEntry> {
    const section = SECTIONS[kind]
    const found = new Map<string, ComponentEntry>()
    const part = tree.entries.get(section)?.value
    if (part === undefined || (part.kind === 'scalar' && part.value === null)) return found
    if (part.kind !== 'map') {
      this.#error('CONFIG_VALUE', [section], `'${section}' must be a map of components`)
      return found
    }
    for (const [key, entry] of part.entries) {
      const id = parseComponentId(key)
      if (typeof id === 'string') {
        this.#error('CONFIG_VALUE', [section, key], id)
        continue
      }
      declared.add(key)
      const factory = this.#registry.find(kind, id.type)
      if (factory === undefined) {
        this.#unknownType(kind, key, id.type)
        continue
      }
      if (factory.type !== id.type) {
        this.warnings.push(
          this.#make('CONFIG_VALUE', [section, key], `"${id.type}" is an older name`, `write "${factory.type}"`),
        )
      }
      const checked = checkSchema(factory.schema, entry.value, [section, key])
      this.errors.push(...checked.errors)
      if (checked.errors.length === 0) found.set(key, { id: key, factory, config: checked.value })
    }
    return found
  }

  #unknownType(kind: ComponentKind, key: string, type: string): void {
    const path = [SECTIONS[kind], key]
    const types = this.#registry.types(kind)
    const elsewhere = COMPONENT_KINDS.find((other) => other !== kind && this.#registry.find(other, type) !== undefined)
    const meant = didYouMean(type, types)
    const fix =
      removedComponentFix(kind, type) ??
      (elsewhere === undefined ? undefined : `"${type}" is a ${elsewhere}: move it to ${SECTIONS[elsewhere]}`) ??
      (meant === undefined ? undefined : `did you mean "${meant}"?`)
    const problem = `unknown type: "${type}" for id: "${key}" (valid values: [${types.join(' ')}])`
    this.#error('CONFIG_UNKNOWN_TYPE', path, problem, fix)
  }

  #checkPresence(declared: Readonly<Record<ComponentKind, ReadonlySet<string>>>): void {
    if (declared.receiver.size === 0 && declared.connector.size === 0) {
      this.#error('CONFIG_VALUE', [], 'no receiver configuration specified in config', 'add receivers: otlp: …')
    }
    if (declared.exporter.size === 0 && declared.connector.size === 0) {
      this.#error('CONFIG_VALUE', [], 'no exporter configuration specified in config', 'add exporters: debug:')
    }
  }

  /** Pipelines name connectors like receivers and exporters, so they must not share an id. */
  #checkAmbiguous(declared: Readonly<Record<ComponentKind, ReadonlySet<string>>>): void {
    for (const id of declared.connector) {
      for (const kind of ['exporter', 'receiver'] as const) {
        if (!declared[kind].has(id)) continue
        this.#error(
          'CONFIG_VALUE',
          ['connectors', id],
          `ambiguous ID: Found both "${id}" ${kind} and "${id}" connector. Change one of the components' IDs to eliminate ambiguity (e.g. rename "${id}" connector to "${id}/connector")`,
        )
      }
    }
  }

  #checkGraph(config: CollectorConfig): void {
    for (const { path, problem, fix } of planGraph(config).problems) this.#error('CONFIG_GRAPH', path, problem, fix)
  }

  #error(code: ConfigErrorCode, path: readonly string[], problem: string, fix?: string): void {
    this.errors.push(this.#make(code, path, problem, fix))
  }

  #make(code: ConfigErrorCode, path: readonly string[], problem: string, fix?: string): ConfigError {
    return new ConfigError({ code, path, position: positionAt(this.#tree, path), problem, fix })
  }
}
