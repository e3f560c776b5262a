interface NativeText {
  utf8Slice(this: Uint8Array, start: number, end: number): string
  latin1Slice(this: Uint8Array, start: number, end: number): string
}

// Node's own slices work on any Uint8Array and are several times faster than TextDecoder for short texts; they also
// keep a byte order mark, which is content here.
const native = Buffer.prototype as unknown as NativeText

/** The UTF-8 text in a byte range. Invalid sequences become U+FFFD. */
export function textAt(source: Uint8Array, start: number, end: number): string {
  if (end - start > 24) return native.utf8Slice.call(source, start, end)
  let text = ''
  for (let i = start; i < end; i++) {
    const byte = source[i]!
    if (byte >= 0x80) return native.utf8Slice.call(source, start, end)
    text += String.fromCharCode(byte)
  }
  return text
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Lower-case hex of `length` bytes at `pos`. */
export function hexAt(source: Uint8Array, pos: number, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += HEX[source[pos + i]!]!
  return text
}
