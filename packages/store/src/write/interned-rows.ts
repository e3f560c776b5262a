import type { Batch } from '@clew/otlp/batch'
import type { Signal } from '@clew/otlp/signal'
import { type AttributesView, keyBytes } from '@clew/otlp/views/attributes-view'
import { ResourceView } from '@clew/otlp/views/resource-view'
import { ScopeView } from '@clew/otlp/views/scope-view'
import { VALUE_STRING } from '@clew/otlp/views/value-view'
import { type Block, buildBlock } from '../native/block.ts'
import type { ColumnBuilder } from '../native/column-builder.ts'
import { LowCardinalityColumn } from '../native/low-cardinality-column.ts'
import { AttributeMapColumn } from '../native/nested-columns.ts'
import { Int64Column, NumberColumn } from '../native/number-columns.ts'
import { AttributeCounter, type AttributeUse } from './attribute-counter.ts'
import type { LevelUses } from './attribute-key-rows.ts'
import { AttributeWriter } from './attribute-writer.ts'
import { hash64, hashAttributes, hashHigh, hashLow } from './hash64.ts'
import type { RecentKeys } from './recent-keys.ts'

const SERVICE_NAME = keyBytes('service.name')
const NO_BYTES = new Uint8Array(0)

/** Resources and scopes of a segment: a row for each that was not written for that day lately. */
export class InternedRows {
  /** Of the resource last entered. */
  resourceLow = 0
  resourceHigh = 0
  service: Uint8Array = NO_BYTES
  serviceStart = 0
  serviceEnd = 0
  /** Of the scope last entered. */
  scopeLow = 0
  scopeHigh = 0
  private readonly written: RecentKeys
  private readonly resourceView = new ResourceView()
  private readonly scopeView = new ScopeView()
  private readonly resources = new InternedTable('ResourceId', 'Service')
  private readonly scopes = new InternedTable('ScopeId', 'Name')
  private readonly scopeVersion = new LowCardinalityColumn()
  private batch: Batch | undefined
  private resource = -1
  private scope = -1
  private resourceDay = -1
  private scopeDay = -1

  /** @param written is shared by all segments of a store */
  constructor(written: RecentKeys) {
    this.written = written
    this.scopes.columns.set('Version', this.scopeVersion)
  }

  bind(batch: Batch): void {
    this.batch = batch
    this.resource = -1
    this.scope = -1
  }

  /** Makes a scope of the bound batch, and its resource, the current ones. */
  enterScope(scope: number): void {
    if (scope === this.scope) return
    const batch = this.batch!
    const resource = batch.scopeResource[scope]!
    if (resource !== this.resource) this.enterResource(batch, resource)
    this.scope = scope
    this.scopeDay = -1
    const schemaUrl = Buffer.from(batch.scopeSchemaUrl(scope), 'utf8')
    const view = this.scopeView
    view.seek(batch, scope)
    hash64(schemaUrl, 0, schemaUrl.length, view.droppedAttributes)
    hash64(view.source, view.nameStart, view.nameEnd, hashLow, hashHigh)
    hash64(view.source, view.versionStart, view.versionEnd, hashLow, hashHigh)
    hashAttributes(view.attributes, hashLow, hashHigh)
    this.scopeLow = hashLow
    this.scopeHigh = hashHigh
    this.scopes.countUses(batch.signal, view.attributes)
  }

  /** Says that a row of this day refers to the current resource and scope. */
  use(day: number): void {
    if (day !== this.resourceDay) this.useResource(day)
    if (day !== this.scopeDay) this.useScope(day)
  }

  /** Tables and blocks; empty ones are left out. */
  blocks(): [string, Block][] {
    return [...this.resources.blocks('resources'), ...this.scopes.blocks('scopes')]
  }

  /** What resources and scopes of a signal had. */
  uses(signal: Signal): LevelUses[] {
    return [
      { signal, level: 'resource', uses: this.resources.uses(signal) },
      { signal, level: 'scope', uses: this.scopes.uses(signal) },
    ]
  }

  clear(): void {
    this.resources.clear()
    this.scopes.clear()
    this.batch = undefined
  }

  private enterResource(batch: Batch, resource: number): void {
    this.resource = resource
    this.resourceDay = -1
    const view = this.resourceView
    view.seek(batch, resource)
    const schemaUrl = Buffer.from(batch.resourceSchemaUrl(resource), 'utf8')
    hash64(schemaUrl, 0, schemaUrl.length, view.droppedAttributes)
    hashAttributes(view.attributes, hashLow, hashHigh)
    this.resourceLow = hashLow
    this.resourceHigh = hashHigh
    const found = view.attributes.find(SERVICE_NAME) && view.attributes.value.type === VALUE_STRING
    this.service = view.source
    this.serviceStart = found ? view.attributes.value.start : 0
    this.serviceEnd = found ? view.attributes.value.end : 0
    this.resources.countUses(batch.signal, view.attributes)
  }

  private useResource(day: number): void {
    this.resourceDay = day
    if (!this.written.add(1, this.resourceLow, this.resourceHigh, day)) return
    const schemaUrl = this.batch!.resourceSchemaUrl(this.resource)
    const view = this.resourceView
    this.resources.names.push(this.service, this.serviceStart, this.serviceEnd)
    this.resources.add(day, this.resourceLow, this.resourceHigh, schemaUrl, view.droppedAttributes, view.attributes)
  }

  private useScope(day: number): void {
    this.scopeDay = day
    if (!this.written.add(2, this.scopeLow, this.scopeHigh, day)) return
    const schemaUrl = this.batch!.scopeSchemaUrl(this.scope)
    const view = this.scopeView
    this.scopes.names.push(view.source, view.nameStart, view.nameEnd)
    this.scopeVersion.push(view.source, view.versionStart, view.versionEnd)
    this.scopes.add(day, this.scopeLow, this.scopeHigh, schemaUrl, view.droppedAttributes, view.attributes)
  }
}

/** What the two tables have in common. */
class InternedTable {
  readonly names = new LowCardinalityColumn()
  readonly columns: Map<string, ColumnBuilder>
  private readonly days = new NumberColumn('Date')
  private readonly ids = new Int64Column('UInt64')
  private readonly schemaUrls = new LowCardinalityColumn()
  private readonly dropped = new NumberColumn('UInt32')
  private readonly map = new AttributeMapColumn()
  private readonly writer = new AttributeWriter(this.map)
  /** Count every occurrence, written or not. */
  private readonly counters: Readonly<Record<Signal, AttributeCounter>> = {
    traces: new AttributeCounter(),
    logs: new AttributeCounter(),
    metrics: new AttributeCounter(),
  }
  private rows = 0

  constructor(idColumn: string, nameColumn: string) {
    this.columns = new Map<string, ColumnBuilder>([
      ['Day', this.days],
      [idColumn, this.ids],
      [nameColumn, this.names],
      ['Attributes', this.map],
      ['SchemaUrl', this.schemaUrls],
      ['DroppedAttributes', this.dropped],
    ])
  }

  countUses(signal: Signal, attributes: AttributesView): void {
    this.counters[signal].count(attributes)
  }

  uses(signal: Signal): AttributeUse[] {
    return this.counters[signal].uses()
  }

  add(
    day: number,
    idLow: number,
    idHigh: number,
    schemaUrl: string,
    dropped: number,
    attributes: AttributesView,
  ): void {
    this.days.push(day)
    this.ids.push(idLow, idHigh)
    this.schemaUrls.pushText(schemaUrl)
    this.dropped.push(dropped)
    this.writer.write(attributes, this.rows)
    this.rows++
  }

  blocks(table: string): [string, Block][] {
    return this.rows === 0 ? [] : [[table, buildBlock(this.columns, this.rows)]]
  }

  clear(): void {
    for (const column of this.columns.values()) column.clear()
    this.writer.clear()
    for (const counter of Object.values(this.counters)) counter.clear()
    this.rows = 0
  }
}
