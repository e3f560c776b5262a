import { Int32List } from './int32-list.ts'
import { ITEM_TYPES, otlpType } from './schema/otlp-schema.ts'
import type { Signal } from './signal.ts'
import { checkMessage, mergeNeeded, noteMergeNeeded, pointsSeen, resetCheck } from './structural-check.ts'
import { DecodeError } from './wire/decode-error.ts'
import { checkedSkip, checkedTag, checkedVarint, readEnd, readHigh } from './wire/varint.ts'

/** Where everything of a request lies: ranges of message bodies in the source, and who belongs to whom. */
export interface BatchIndex {
  readonly pointCount: number
  readonly itemStart: Int32Array
  readonly itemEnd: Int32Array
  readonly itemScope: Int32Array
  readonly scopeStart: Int32Array
  readonly scopeEnd: Int32Array
  readonly scopeResource: Int32Array
  readonly scopeSchemaStart: Int32Array
  readonly scopeSchemaEnd: Int32Array
  readonly resourceStart: Int32Array
  readonly resourceEnd: Int32Array
  readonly resourceSchemaStart: Int32Array
  readonly resourceSchemaEnd: Int32Array
}

/** The same index with other arrays. */
export function mapIndex(index: BatchIndex, map: (array: Int32Array) => Int32Array): BatchIndex {
  return {
    pointCount: index.pointCount,
    itemStart: map(index.itemStart),
    itemEnd: map(index.itemEnd),
    itemScope: map(index.itemScope),
    scopeStart: map(index.scopeStart),
    scopeEnd: map(index.scopeEnd),
    scopeResource: map(index.scopeResource),
    scopeSchemaStart: map(index.scopeSchemaStart),
    scopeSchemaEnd: map(index.scopeSchemaEnd),
    resourceStart: map(index.resourceStart),
    resourceEnd: map(index.resourceEnd),
    resourceSchemaStart: map(index.resourceSchemaStart),
    resourceSchemaEnd: map(index.resourceSchemaEnd),
  }
}

/** Bytes that its arrays take. */
export function indexSize(index: BatchIndex): number {
  const { itemStart, scopeStart, resourceStart } = index
  return (3 * itemStart.length + 5 * scopeStart.length + 4 * resourceStart.length) * Int32Array.BYTES_PER_ELEMENT
}

/** Most items, scopes or resources of one request; what the index of a hostile request may cost is bounded by it. */
export const MAX_PARTS_PER_REQUEST: number = 1 << 20

const RESOURCE_TYPE = otlpType('Resource').id
const SCOPE_TYPE = otlpType('InstrumentationScope').id
const ENVELOPE_FIELD_1 = (1 << 3) | 2
const ENVELOPE_FIELD_2 = (2 << 3) | 2
const ENVELOPE_FIELD_3 = (3 << 3) | 2

/** Start of the body of a length-delimited field whose length stands at `pos`; sets `bodyEnd`. */
let bodyEnd = 0
function openBody(source: Uint8Array, pos: number, end: number, fieldStart: number): number {
  const length = checkedVarint(source, pos, end)
  bodyEnd = readEnd + length
  if (readHigh !== 0 || bodyEnd > end) throw new DecodeError('field is longer than the enclosing message', fieldStart)
  return readEnd
}

function checkCount(count: number, offset: number): void {
  if (count >= MAX_PARTS_PER_REQUEST)
    throw new DecodeError(`more than ${MAX_PARTS_PER_REQUEST} of them in one request`, offset)
}

function checkWireType(tag: number, offset: number): void {
  const field = tag >>> 3
  if (field >= 1 && field <= 3) throw new DecodeError(`wire type ${tag & 7} does not fit the field`, offset)
}

/**
 * Checks a whole request in one pass and notes where its parts lie.
 * @returns the index, or undefined when split messages have to be merged first.
 * @throws DecodeError without path.
 */
export function indexRequest(signal: Signal, source: Uint8Array): BatchIndex | undefined {
  resetCheck()
  const itemType = ITEM_TYPES[signal].id
  const guess = Math.min(source.length >> 7, 1 << 20) + 4
  const itemStart = new Int32List(guess)
  const itemEnd = new Int32List(guess)
  const itemScope = new Int32List(guess)
  const scopeStart = new Int32List(4)
  const scopeEnd = new Int32List(4)
  const scopeResource = new Int32List(4)
  const scopeSchemaStart = new Int32List(4)
  const scopeSchemaEnd = new Int32List(4)
  const resourceStart = new Int32List(4)
  const resourceEnd = new Int32List(4)
  const resourceSchemaStart = new Int32List(4)
  const resourceSchemaEnd = new Int32List(4)

  const indexScope = (start: number, end: number): void => {
    const scope = scopeResource.length
    scopeResource.push(resourceStart.length)
    let bodyStart = -1
    let bodyStop = 0
    let schemaStart = 0
    let schemaEnd = 0
    for (let pos = start; pos < end;) {
      const fieldStart = pos
      const tag = checkedTag(source, pos, end)
      pos = readEnd
      if (tag === ENVELOPE_FIELD_2) {
        pos = openBody(source, pos, end, fieldStart)
        const stop = bodyEnd
        checkCount(itemStart.length, fieldStart)
        itemStart.push(pos)
        itemEnd.push(stop)
        itemScope.push(scope)
        checkMessage(source, pos, stop, itemType, 0)
        pos = stop
      } else if (tag === ENVELOPE_FIELD_1) {
        if (bodyStart >= 0) noteMergeNeeded()
        bodyStart = openBody(source, pos, end, fieldStart)
        bodyStop = bodyEnd
        checkMessage(source, bodyStart, bodyStop, SCOPE_TYPE, 0)
        pos = bodyStop
      } else if (tag === ENVELOPE_FIELD_3) {
        schemaStart = openBody(source, pos, end, fieldStart)
        pos = schemaEnd = bodyEnd
      } else {
        checkWireType(tag, fieldStart)
        pos = checkedSkip(source, pos, end, tag)
      }
    }
    scopeStart.push(Math.max(bodyStart, 0))
    scopeEnd.push(bodyStop)
    scopeSchemaStart.push(schemaStart)
    scopeSchemaEnd.push(schemaEnd)
  }

  const indexResource = (start: number, end: number): void => {
    let bodyStart = -1
    let bodyStop = 0
    let schemaStart = 0
    let schemaEnd = 0
    for (let pos = start; pos < end;) {
      const fieldStart = pos
      const tag = checkedTag(source, pos, end)
      pos = readEnd
      if (tag === ENVELOPE_FIELD_2) {
        pos = openBody(source, pos, end, fieldStart)
        const stop = bodyEnd
        checkCount(scopeResource.length, fieldStart)
        indexScope(pos, stop)
        pos = stop
      } else if (tag === ENVELOPE_FIELD_1) {
        if (bodyStart >= 0) noteMergeNeeded()
        bodyStart = openBody(source, pos, end, fieldStart)
        bodyStop = bodyEnd
        checkMessage(source, bodyStart, bodyStop, RESOURCE_TYPE, 0)
        pos = bodyStop
      } else if (tag === ENVELOPE_FIELD_3) {
        schemaStart = openBody(source, pos, end, fieldStart)
        pos = schemaEnd = bodyEnd
      } else {
        checkWireType(tag, fieldStart)
        pos = checkedSkip(source, pos, end, tag)
      }
    }
    resourceStart.push(Math.max(bodyStart, 0))
    resourceEnd.push(bodyStop)
    resourceSchemaStart.push(schemaStart)
    resourceSchemaEnd.push(schemaEnd)
  }

  for (let pos = 0; pos < source.length;) {
    const fieldStart = pos
    const tag = checkedTag(source, pos, source.length)
    pos = readEnd
    if (tag === ENVELOPE_FIELD_1) {
      pos = openBody(source, pos, source.length, fieldStart)
      const stop = bodyEnd
      checkCount(resourceStart.length, fieldStart)
      indexResource(pos, stop)
      pos = stop
    } else {
      if (tag >>> 3 === 1) checkWireType(tag, fieldStart)
      pos = checkedSkip(source, pos, source.length, tag)
    }
  }
  if (mergeNeeded) return undefined
  return {
    pointCount: signal === 'metrics' ? pointsSeen : itemStart.length,
    itemStart: itemStart.done(),
    itemEnd: itemEnd.done(),
    itemScope: itemScope.done(),
    scopeStart: scopeStart.done(),
    scopeEnd: scopeEnd.done(),
    scopeResource: scopeResource.done(),
    scopeSchemaStart: scopeSchemaStart.done(),
    scopeSchemaEnd: scopeSchemaEnd.done(),
    resourceStart: resourceStart.done(),
    resourceEnd: resourceEnd.done(),
    resourceSchemaStart: resourceSchemaStart.done(),
    resourceSchemaEnd: resourceSchemaEnd.done(),
  }
}
