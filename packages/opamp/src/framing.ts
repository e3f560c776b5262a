/**
 * A message as it goes over a WebSocket: a varint header that is zero in this version of the protocol, then the bytes.
 * OpAMP, WebSocket message format.
 */
export function frameMessage(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(message.byteLength + 1)
  framed.set(message, 1)
  return framed
}

/**
 * The message in a WebSocket frame. Peers of before the header was introduced send the message alone; no message begins
 * with a zero byte, so the two cannot be mistaken for each other.
 */
export function unframeMessage(frame: Uint8Array): Uint8Array {
  return frame[0] === 0 ? frame.subarray(1) : frame
}
