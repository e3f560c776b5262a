import { hexFromText, isSpanId, isTraceId } from './ids.ts'

/**
 * The trace id for one of SkyWalking's, which are text: a UUID is one already, `{32 hex}.{thread}.{time}` is folded as the
 * OpenTelemetry Collector's receiver does it, so that spans which come in there join the same trace; whatever else there
 * is becomes a digest.
 */
export function traceIdFromSkyWalking(text: string): string {
  const plain = text.length === 36 ? text.replaceAll('-', '') : text
  const id = plain.toLowerCase()
  if (isTraceId(id)) return id
  const folded = fold(text, 0)
  return folded !== undefined && isTraceId(folded) ? folded : hexFromText(text, 32)
}

/** The span id for a span of a segment, folded likewise. */
export function spanIdFromSkyWalking(segmentId: string, spanIndex: number): string {
  const folded = fold(segmentId, spanIndex)
  if (folded !== undefined) {
    const halves = BigInt(`0x${folded.slice(0, 16)}`) ^ BigInt(`0x${folded.slice(16)}`)
    const id = halves.toString(16).padStart(16, '0')
    if (isSpanId(id)) return id
  }
  return hexFromText(`${segmentId}/${spanIndex}`, 16)
}

/** A segment whose span 0 has this id in the mapping above: what we send, and read back as the span it was. */
export function segmentIdFromSpan(spanId: string): string {
  return spanId.padStart(32, '0')
}

function fold(text: string, spanIndex: number): string | undefined {
  const match = /^([0-9a-f]{32})(?:\.(\d{1,19})\.(\d{1,19}))?$/i.exec(text)
  if (match === null) return undefined
  const bytes = Buffer.from(match[1] ?? '', 'hex')
  const number = Buffer.alloc(16)
  number.writeUInt32LE(spanIndex >>> 0, 0)
  number.writeUInt32LE(Number(BigInt.asUintN(32, BigInt(match[2] ?? 0))), 4)
  number.writeBigUInt64LE(BigInt.asUintN(64, BigInt(match[3] ?? 0)), 8)
  for (const [at, byte] of number.entries()) bytes[at] = (bytes[at] ?? 0) ^ byte
  return bytes.toString('hex')
}
