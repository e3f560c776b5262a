import type { Socket } from 'node:net'
import type { CutReason } from './cut-reason.ts'

/** What a broken request is, by Node's code for it; a client that has gone is no fault. */
const CUT_REASON_OF_CODE: Readonly<Record<string, CutReason | 'gone'>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'too_slow',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ECONNRESET: 'gone',
  EPIPE: 'gone',
  HPE_INVALID_EOF_STATE: 'half_a_request',
}

/** Answers what is no HTTP request, or comes too slowly, as far as anybody is there to read it; says why to `onCut`. */
export function answerBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: Socket,
  onCut: ((reason: CutReason) => void) | undefined,
): void {
  const reason = CUT_REASON_OF_CODE[error.code ?? ''] ?? 'not_http'
  if (reason !== 'gone') onCut?.(reason)
  if (socket.destroyed || !socket.writable) return
  const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const tooBig = error.code === 'HPE_HEADER_OVERFLOW'
  const status = timedOut ? '408 Request Timeout' : tooBig ? '431 Request Header Fields Too Large' : '400 Bad Request'
  const body = timedOut ? 'the request took too long to arrive' : 'this is not an HTTP/1.1 request'
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}
