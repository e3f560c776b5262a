import type { MessageType } from './schema/message-type.ts'
import { checkedTag, readEnd, skip, varint } from './wire/varint.ts'
import { WireWriter } from './wire/wire-writer.ts'
import { WIRE_BYTES } from './wire/wire-type.ts'

/**
 * Rewrites a checked message so that no singular message comes twice and at most one alternative of a oneof is left, as
 * protobuf's merge rules say: bodies of a split message are joined, the last alternative wins. Unknown fields stay.
 */
export function mergeSplitMessages(source: Uint8Array, type: MessageType): Uint8Array {
  const writer = new WireWriter(source.length + 64)
  // Bodies of singular messages and the chosen alternative are written after everything else.
  const bodies = new Map<number, Uint8Array[]>()
  let chosen = -1
  let chosenRaw: Uint8Array | undefined
  for (let pos = 0; pos < source.length;) {
    const fieldStart = pos
    const tag = checkedTag(source, pos, source.length)
    const valueStart = readEnd
    pos = skip(source, valueStart, tag)
    const number = tag >>> 3
    const field = type.byNumber[number]
    const isMessage = field?.message !== undefined && (tag & 7) === WIRE_BYTES
    if (field?.oneof === true && chosen !== number) {
      bodies.delete(chosen)
      chosen = number
    }
    if (!isMessage) {
      if (field?.oneof === true) chosenRaw = source.subarray(fieldStart, pos)
      else writer.raw(source, fieldStart, pos)
      continue
    }
    const length = varint(source, valueStart)
    const body = source.subarray(readEnd, readEnd + length)
    if (field.oneof) chosenRaw = undefined
    if (field.repeated) writer.bytesField(number, mergeSplitMessages(body, field.message))
    else {
      const parts = bodies.get(number)
      if (parts === undefined) bodies.set(number, [body])
      else parts.push(body)
    }
  }
  if (chosenRaw !== undefined) writer.raw(chosenRaw)
  for (const [number, parts] of bodies) {
    const joined = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    writer.bytesField(number, mergeSplitMessages(joined, type.byNumber[number]!.message!))
  }
  return writer.finish()
}
