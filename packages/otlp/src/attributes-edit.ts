import { AttributeList } from './attribute-list.ts'
import type { Signal } from './signal.ts'
import { AttributesView } from './views/attributes-view.ts'
import { checkedTag, readEnd, skip, varint } from './wire/varint.ts'
import { WIRE_BYTES } from './wire/wire-type.ts'
import { WireWriter } from './wire/wire-writer.ts'

/** Field numbers of the attribute lists. */
export const SPAN_ATTRIBUTES = 9
export const LOG_ATTRIBUTES = 6
export const RESOURCE_ATTRIBUTES = 1

/** Changes a list in place. */
export type AttributeEdit = (attributes: AttributeList) => void

/** A message body as it should be, or undefined when it stays as it is. */
type Rewritten = Uint8Array | undefined

/**
 * Lets `edit` change the attributes in field `field` of a checked message body. Everything else keeps its bytes.
 * @returns the new body, or undefined when `edit` changed nothing.
 */
export function editAttributes(
  source: Uint8Array,
  start: number,
  end: number,
  field: number,
  edit: AttributeEdit,
): Rewritten {
  const view = new AttributesView()
  view.reset(source)
  const attributeTag = ((field << 3) | WIRE_BYTES) >>> 0
  for (let pos = start; pos < end;) {
    const tag = checkedTag(source, pos, end)
    const valueStart = readEnd
    pos = skip(source, valueStart, tag)
    if (tag !== attributeTag) continue
    varint(source, valueStart)
    view.ranges.add(readEnd, pos)
  }
  const list = new AttributeList(view)
  edit(list)
  if (!list.changed) return undefined
  const writer = new WireWriter(end - start + 128)
  for (let pos = start; pos < end;) {
    const fieldStart = pos
    const tag = checkedTag(source, pos, end)
    pos = skip(source, readEnd, tag)
    if (tag !== attributeTag) writer.raw(source, fieldStart, pos)
  }
  for (const body of list.bodies()) writer.bytesField(field, body)
  return writer.finish()
}

/**
 * Applies `edit` to the attributes of an item: of the span, of the log record, or of every data point of the metric.
 * @returns the new item body for `BatchEditor.replaceItem`, or undefined when nothing changed.
 */
export function editItemAttributes(
  signal: Signal,
  source: Uint8Array,
  start: number,
  end: number,
  edit: AttributeEdit,
): Rewritten {
  if (signal === 'traces') return editAttributes(source, start, end, SPAN_ATTRIBUTES, edit)
  if (signal === 'logs') return editAttributes(source, start, end, LOG_ATTRIBUTES, edit)
  return editNested(source, start, end, (field, dataStart, dataEnd) => {
    const pointAttributes = POINT_ATTRIBUTES.get(field)
    if (pointAttributes === undefined) return undefined
    return editNested(source, dataStart, dataEnd, (inner, pointStart, pointEnd) =>
      inner === 1 ? editAttributes(source, pointStart, pointEnd, pointAttributes, edit) : undefined,
    )
  })
}

/** Data field of `Metric` -> field number of the attributes in its points. */
const POINT_ATTRIBUTES: ReadonlyMap<number, number> = new Map([
  [5, 7],
  [7, 7],
  [9, 9],
  [10, 1],
  [11, 7],
])

/** Rewrites the length-delimited fields of a body for which `rewrite` returns new contents. */
function editNested(
  source: Uint8Array,
  start: number,
  end: number,
  rewrite: (field: number, bodyStart: number, bodyEnd: number) => Rewritten,
): Rewritten {
  let writer: WireWriter | undefined
  let copied = start
  for (let pos = start; pos < end;) {
    const fieldStart = pos
    const tag = checkedTag(source, pos, end)
    const valueStart = readEnd
    pos = skip(source, valueStart, tag)
    if ((tag & 7) !== WIRE_BYTES) continue
    varint(source, valueStart)
    const body = rewrite(tag >>> 3, readEnd, pos)
    if (body === undefined) continue
    writer ??= new WireWriter(end - start + 256)
    writer.raw(source, copied, fieldStart)
    writer.bytesField(tag >>> 3, body)
    copied = pos
  }
  writer?.raw(source, copied, end)
  return writer?.finish()
}
