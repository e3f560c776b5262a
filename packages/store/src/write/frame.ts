import { crc32 } from 'node:zlib'
import { SIGNALS, type Signal } from '@clew/otlp/signal'

/**
 * A segment is a file of frames; a frame is one acknowledged OTLP request.
 *
 *   u32 magic | u32 payload length | u8 signal | u8 version | u16 0 | u32 CRC-32 of payload | u32 CRC-32 of the 16 bytes before
 *   payload: the request, protobuf
 */
export const FRAME_HEADER_BYTES = 20
const MAGIC = 0x46_57_4c_43
const VERSION = 1

/** The header of a frame with this payload. */
export function frameHeader(signal: Signal, payload: Uint8Array): Uint8Array {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES)
  header.writeUInt32LE(MAGIC, 0)
  header.writeUInt32LE(payload.length, 4)
  header.writeUInt8(SIGNALS.indexOf(signal), 8)
  header.writeUInt8(VERSION, 9)
  header.writeUInt16LE(0, 10)
  header.writeUInt32LE(crc32(payload), 12)
  header.writeUInt32LE(crc32(header.subarray(0, 16)), 16)
  return header
}

export interface Frame {
  readonly signal: Signal
  readonly payload: Uint8Array
  readonly offset: number
}

/** What a segment file holds. */
export interface FrameScan {
  readonly frames: readonly Frame[]
  /** Bytes at the end that are the beginning of a frame, or zeros: a write that was cut short and never acknowledged. */
  readonly tornBytes: number
  /** Where bytes are that were changed after they were written, by offset: something acknowledged may be lost. */
  readonly damaged: readonly number[]
}

/** Reads all frames. Never throws: what is not a frame is reported. */
export function scanFrames(file: Buffer): FrameScan {
  const frames: Frame[] = []
  const damaged: number[] = []
  let offset = 0
  while (offset < file.length) {
    const length = payloadLengthAt(file, offset)
    if (length === undefined) {
      const next = nextFrame(file, offset + 1)
      if (next === undefined && isUnfinished(file.subarray(offset)))
        return { frames, damaged, tornBytes: file.length - offset }
      damaged.push(offset)
      offset = next ?? file.length
      continue
    }
    const start = offset + FRAME_HEADER_BYTES
    const end = start + length
    if (end > file.length) return { frames, damaged, tornBytes: file.length - offset }
    const payload = file.subarray(start, end)
    const signal = SIGNALS[file.readUInt8(offset + 8)]
    const whole = crc32(payload) === file.readUInt32LE(offset + 12)
    if (whole && signal !== undefined) frames.push({ signal, payload, offset })
    else damaged.push(offset)
    offset = end
  }
  return { frames, damaged, tornBytes: 0 }
}

/**
 * Whether the end of a file is what a write leaves that was cut short: less than a header that begins like one, or zeros (a
 * power cut may leave the length of a file without its bytes).
 */
function isUnfinished(rest: Buffer): boolean {
  const magic = Buffer.allocUnsafe(4)
  magic.writeUInt32LE(MAGIC, 0)
  const known = Math.min(4, rest.length)
  if (rest.length < FRAME_HEADER_BYTES && rest.subarray(0, known).equals(magic.subarray(0, known))) return true
  return rest.every((byte) => byte === 0)
}

function payloadLengthAt(file: Buffer, offset: number): number | undefined {
  if (offset + FRAME_HEADER_BYTES > file.length || file.readUInt32LE(offset) !== MAGIC) return undefined
  if (crc32(file.subarray(offset, offset + 16)) !== file.readUInt32LE(offset + 16)) return undefined
  return file.readUInt32LE(offset + 4)
}

function nextFrame(file: Buffer, from: number): number | undefined {
  const magic = Buffer.allocUnsafe(4)
  magic.writeUInt32LE(MAGIC, 0)
  for (let at = file.indexOf(magic, from); at >= 0; at = file.indexOf(magic, at + 1)) {
    if (payloadLengthAt(file, at) !== undefined) return at
  }
  return undefined
}
