import type { Batch, BatchParts, OverlayMarks } from './batch.ts'
import { mergeSplitMessages } from './merge-split-messages.ts'
import type { MessageType } from './schema/message-type.ts'
import { ITEM_TYPES, otlpType } from './schema/otlp-schema.ts'
import { checkMessage, mergeNeeded, pointsSeen, resetCheck } from './structural-check.ts'
import { WireWriter } from './wire/wire-writer.ts'

const RESOURCE = otlpType('Resource')
const SCOPE = otlpType('InstrumentationScope')

/** A range in the overlay. */
interface Replacement {
  readonly start: number
  readonly end: number
}

/**
 * Collects changes of a batch and makes a new one from them. New bodies are copied into the overlay at once, so the
 * caller may reuse its buffer. Scopes and resources that lose their last item disappear.
 */
export class BatchEditor {
  readonly #batch: Batch
  readonly #make: (parts: BatchParts) => Batch
  #dropped: Uint8Array | undefined
  #overlay: WireWriter | undefined
  readonly #items: Map<number, Replacement> = new Map()
  readonly #scopes: Map<number, Replacement> = new Map()
  readonly #resources: Map<number, Replacement> = new Map()

  constructor(batch: Batch, make: (parts: BatchParts) => Batch) {
    this.#batch = batch
    this.#make = make
  }

  /** Leaves an item out. */
  dropItem(item: number): void {
    this.#dropped ??= new Uint8Array(this.#batch.itemCount)
    this.#dropped[item] = 1
  }

  /**
   * Gives an item a new body (without tag and length).
   * @throws DecodeError when it is not a valid message of the signal.
   */
  replaceItem(item: number, body: Uint8Array): void {
    this.#items.set(item, this.#take(body, ITEM_TYPES[this.#batch.signal]))
  }

  replaceResource(resource: number, body: Uint8Array): void {
    this.#resources.set(resource, this.#take(body, RESOURCE))
  }

  replaceScope(scope: number, body: Uint8Array): void {
    this.#scopes.set(scope, this.#take(body, SCOPE))
  }

  /** The edited batch, or the same one when nothing was changed. */
  finish(): Batch {
    const batch = this.#batch
    const dropped = this.#dropped
    if (dropped === undefined && this.#overlay === undefined) return batch
    const keptItems = keep(batch.itemCount, (item) => dropped?.[item] !== 1)
    const scopeHasItems = new Uint8Array(batch.scopeCount)
    const scopeHadItems = new Uint8Array(batch.scopeCount)
    for (const scope of batch.itemScope) scopeHadItems[scope] = 1
    for (const item of keptItems) scopeHasItems[batch.itemScope[item]!] = 1
    const keptScopes = keep(batch.scopeCount, (scope) => scopeHasItems[scope] === 1 || scopeHadItems[scope] === 0)
    const resourceHasScopes = new Uint8Array(batch.resourceCount)
    const resourceHadScopes = new Uint8Array(batch.resourceCount)
    for (const resource of batch.scopeResource) resourceHadScopes[resource] = 1
    for (const scope of keptScopes) resourceHasScopes[batch.scopeResource[scope]!] = 1
    const keptResources = keep(batch.resourceCount, (r) => resourceHasScopes[r] === 1 || resourceHadScopes[r] === 0)

    const { index, marks, source } = batch.parts
    const items = place(keptItems, batch.itemStart, batch.itemEnd, marks?.items, this.#items)
    const scopes = place(keptScopes, batch.scopeStart, batch.scopeEnd, marks?.scopes, this.#scopes)
    const resources = place(keptResources, batch.resourceStart, batch.resourceEnd, marks?.resources, this.#resources)
    const overlay = this.#overlay?.finish() ?? batch.parts.overlay
    const newMarks: OverlayMarks = { items: items.marks, scopes: scopes.marks, resources: resources.marks }
    const parts: BatchParts = {
      signal: batch.signal,
      source,
      overlay,
      marks: newMarks,
      index: {
        pointCount: this.#countPoints(keptItems, items, overlay),
        itemStart: items.start,
        itemEnd: items.end,
        itemScope: renumber(keptItems, batch.itemScope, keptScopes, batch.scopeCount),
        scopeStart: scopes.start,
        scopeEnd: scopes.end,
        scopeResource: renumber(keptScopes, batch.scopeResource, keptResources, batch.resourceCount),
        scopeSchemaStart: keptScopes.map((scope) => index.scopeSchemaStart[scope]!),
        scopeSchemaEnd: keptScopes.map((scope) => index.scopeSchemaEnd[scope]!),
        resourceStart: resources.start,
        resourceEnd: resources.end,
        resourceSchemaStart: keptResources.map((resource) => index.resourceSchemaStart[resource]!),
        resourceSchemaEnd: keptResources.map((resource) => index.resourceSchemaEnd[resource]!),
      },
    }
    return this.#make(parts)
  }

  #countPoints(kept: Int32Array, items: Placed, overlay: Uint8Array | undefined): number {
    if (this.#batch.signal !== 'metrics') return kept.length
    resetCheck()
    for (let i = 0; i < kept.length; i++) {
      const source = items.marks[i] === 1 ? overlay! : this.#batch.parts.source
      checkMessage(source, items.start[i]!, items.end[i]!, ITEM_TYPES.metrics.id, 0)
    }
    return pointsSeen
  }

  #take(body: Uint8Array, type: MessageType): Replacement {
    resetCheck()
    checkMessage(body, 0, body.length, type.id, 0)
    const accepted = mergeNeeded ? mergeSplitMessages(body, type) : body
    if (this.#overlay === undefined) {
      // Offsets of earlier edits stay valid: their overlay is the beginning of the new one.
      this.#overlay = new WireWriter(Math.max(1024, (this.#batch.parts.overlay?.length ?? 0) * 2))
      if (this.#batch.parts.overlay !== undefined) this.#overlay.raw(this.#batch.parts.overlay)
    }
    const start = this.#overlay.length
    this.#overlay.raw(accepted)
    return { start, end: start + accepted.length }
  }
}

interface Placed {
  readonly start: Int32Array
  readonly end: Int32Array
  readonly marks: Uint8Array
}

function keep(count: number, wanted: (i: number) => boolean): Int32Array {
  const kept = new Int32Array(count)
  let size = 0
  for (let i = 0; i < count; i++) if (wanted(i)) kept[size++] = i
  return kept.subarray(0, size)
}

function place(
  kept: Int32Array,
  oldStart: Int32Array,
  oldEnd: Int32Array,
  oldMarks: Uint8Array | undefined,
  replaced: ReadonlyMap<number, Replacement>,
): Placed {
  const start = new Int32Array(kept.length)
  const end = new Int32Array(kept.length)
  const marks = new Uint8Array(kept.length)
  for (let i = 0; i < kept.length; i++) {
    const old = kept[i]!
    const replacement = replaced.size === 0 ? undefined : replaced.get(old)
    start[i] = replacement?.start ?? oldStart[old]!
    end[i] = replacement?.end ?? oldEnd[old]!
    marks[i] = replacement === undefined ? (oldMarks?.[old] ?? 0) : 1
  }
  return { start, end, marks }
}

/** Owners of the kept children, in the numbering of the kept owners. */
function renumber(kept: Int32Array, owner: Int32Array, keptOwners: Int32Array, ownerCount: number): Int32Array {
  const number = new Int32Array(ownerCount)
  for (let i = 0; i < keptOwners.length; i++) number[keptOwners[i]!] = i
  return kept.map((child) => number[owner[child]!]!)
}
