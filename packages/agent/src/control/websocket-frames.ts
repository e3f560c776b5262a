import { randomFillSync } from 'node:crypto'

/** Frame types of RFC 6455, section 5.2. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const FIN = 0x80
const MASKED = 0x80
/** Longest message that is put together. */
const MAX_MESSAGE_BYTES = 1024 * 1024

/** A frame as a client sends it: whole, and masked with fresh random bytes. */
export function clientFrame(opcode: number, payload: Uint8Array): Buffer {
  const length = payload.byteLength
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const header = 2 + lengthBytes + 4
  const frame = Buffer.allocUnsafe(header + length)
  frame[0] = FIN | opcode
  frame[1] = MASKED | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127)
  if (lengthBytes === 2) frame.writeUInt16BE(length, 2)
  if (lengthBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2)
  const mask = randomFillSync(frame.subarray(header - 4, header))
  for (let i = 0; i < length; i++) frame[header + i] = payload[i]! ^ mask[i & 3]!
  return frame
}

/** A message, or a control frame, that has come in whole. */
export interface ServerMessage {
  readonly opcode: number
  readonly payload: Uint8Array
}

/** Puts what a server sends together to messages. Throws an Error when it is against the protocol or too long. */
export class ServerFrames {
  #pending: Buffer = Buffer.alloc(0)
  #parts: Buffer[] = []
  #partBytes = 0
  #opcode = 0

  /** Takes bytes as they come; gives the messages that are complete with them. */
  push(bytes: Uint8Array): ServerMessage[] {
    this.#pending = this.#pending.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#pending, bytes])
    const messages: ServerMessage[] = []
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) {
      const message = this.#join(frame)
      if (message !== undefined) messages.push(message)
    }
    return messages
  }

  #next(): { fin: boolean; opcode: number; payload: Buffer } | undefined {
    const bytes = this.#pending
    if (bytes.length < 2) return undefined
    const first = bytes[0]!
    const second = bytes[1]!
    if ((first & 0x70) !== 0) throw new Error('a reserved bit is set')
    if ((second & MASKED) !== 0) throw new Error('a server must not mask')
    let length = second & 0x7f
    let at = 2
    if (length === 126) {
      if (bytes.length < 4) return undefined
      length = bytes.readUInt16BE(2)
      at = 4
    } else if (length === 127) {
      if (bytes.length < 10) return undefined
      const long = bytes.readBigUInt64BE(2)
      length = long > BigInt(MAX_MESSAGE_BYTES) ? Number.POSITIVE_INFINITY : Number(long)
      at = 10
    }
    const opcode = first & 0x0f
    if (length + this.#partBytes > MAX_MESSAGE_BYTES)
      throw new Error(`a message of more than ${MAX_MESSAGE_BYTES} bytes`)
    if (opcode >= OPCODE.close && (length > 125 || (first & FIN) === 0)) throw new Error('a control frame in parts')
    if (bytes.length < at + length) return undefined
    this.#pending = bytes.subarray(at + length)
    return { fin: (first & FIN) !== 0, opcode, payload: bytes.subarray(at, at + length) }
  }

  #join({ fin, opcode, payload }: { fin: boolean; opcode: number; payload: Buffer }): ServerMessage | undefined {
    if (opcode >= OPCODE.close) return { opcode, payload }
    const goesOn = this.#parts.length > 0
    if (goesOn !== (opcode === OPCODE.continuation)) throw new Error('frames of two messages are mixed')
    if (!goesOn) this.#opcode = opcode
    if (fin && !goesOn) return { opcode, payload }
    // A copy: the buffer it is a part of may be large.
    this.#parts.push(Buffer.from(payload))
    this.#partBytes += payload.length
    if (!fin) return undefined
    const whole = Buffer.concat(this.#parts)
    this.#parts = []
    this.#partBytes = 0
    return { opcode: this.#opcode, payload: whole }
  }
}
