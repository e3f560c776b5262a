import type { Field } from './schema/message-type.ts'
import { readEnd, skip, varint } from './wire/varint.ts'

/** True for number fields that a sender may write packed: all values in one length-delimited run. */
export function isPackable(field: Field): boolean {
  return field.kind === 'double' || field.kind === 'fixed64' || field.kind === 'uint64'
}

/** Reads the packed values at `at` (where their length stands) with `read` and adds them to `list`. */
export function unpack<Value>(
  source: Uint8Array,
  at: number,
  field: Field,
  list: Value[],
  read: (source: Uint8Array, pos: number, field: Field) => Value,
): void {
  const length = varint(source, at)
  const end = readEnd + length
  for (let pos = readEnd; pos < end;) {
    list.push(read(source, pos, field))
    pos = field.kind === 'uint64' ? skip(source, pos, 0) : pos + 8
  }
}
