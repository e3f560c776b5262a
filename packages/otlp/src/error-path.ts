import type { MessageType } from './schema/message-type.ts'
import { DecodeError } from './wire/decode-error.ts'
import { checkedSkip, checkedTag, checkedVarint, readEnd } from './wire/varint.ts'
import { WIRE_BYTES } from './wire/wire-type.ts'

/**
 * The same error with the path of the field at its offset: the message is walked a second time, so that the check itself
 * has nothing to remember on the way.
 */
export function withPath(error: DecodeError, source: Uint8Array, type: MessageType): DecodeError {
  return new DecodeError(error.problem, error.offset, locate(source, type, error.offset))
}

function locate(source: Uint8Array, request: MessageType, offset: number): string {
  const path: string[] = []
  let type: MessageType | undefined = request
  let start = 0
  let end = source.length
  while (type !== undefined) {
    // Known fields have numbers below 32.
    const counts = new Int32Array(32)
    let next: MessageType | undefined
    for (let pos = start; pos < end && pos <= offset;) {
      const fieldStart = pos
      let tag: number
      let fieldEnd: number
      try {
        tag = checkedTag(source, pos, end)
      } catch {
        return path.join('.')
      }
      const valueStart = readEnd
      const field = type.byNumber[tag >>> 3]
      try {
        fieldEnd = checkedSkip(source, valueStart, end, tag)
      } catch {
        fieldEnd = end
      }
      const count = field === undefined ? 0 : counts[field.number]!++
      if (offset >= fieldStart && offset < fieldEnd) {
        path.push(field === undefined ? `field ${tag >>> 3}` : field.repeated ? `${field.name}[${count}]` : field.name)
        if (offset === fieldStart || field?.message === undefined || (tag & 7) !== WIRE_BYTES) return path.join('.')
        try {
          checkedVarint(source, valueStart, end)
        } catch {
          return path.join('.')
        }
        if (offset < readEnd) return path.join('.')
        next = field.message
        start = readEnd
        end = Math.min(end, fieldEnd)
        break
      }
      pos = fieldEnd
    }
    type = next
  }
  return path.join('.')
}
