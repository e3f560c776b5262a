const EMPTY = new Uint8Array(0)

let viewedBytes: Uint8Array = EMPTY
let view: DataView = new DataView(EMPTY.buffer)

/**
 * A DataView over the same bytes; reading four at a time through it is what makes copying and comparing short texts fast. The
 * last one is kept, because a batch is read from one array.
 */
export function viewOf(bytes: Uint8Array): DataView {
  if (bytes !== viewedBytes) {
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    viewedBytes = bytes
  }
  return view
}
