import type { CutReason } from './cut-reason.ts'
import { createServer, type Server, type Socket } from 'node:net'

/** Enough to tell `PRI * HTTP/2.0`, with which every HTTP/2 connection begins, from `GET /`. */
const ENOUGH_BYTES = 16
const PREFACE = 'PRI * HTTP/2.0\r\n'

/**
 * A server that looks at the first bytes of a connection before it hands it to `accept`: a client that speaks HTTP/1 here
 * gets an answer it can show instead of a broken connection, and one that says nothing is cut after `silenceMs`.
 */
export function http2Guard(
  accept: (socket: Socket) => void,
  http1Answer: string,
  silenceMs: number,
  onCut: (reason: CutReason) => void,
): Server {
  return createServer((socket) => {
    socket.on('error', () => socket.destroy())
    const silent = setTimeout(() => {
      onCut('too_slow')
      socket.destroy()
    }, silenceMs)
    silent.unref()
    socket.once('close', () => clearTimeout(silent))
    let held: Buffer = Buffer.alloc(0)
    const look = (): void => {
      const more = socket.read() as Buffer | null
      if (more !== null) held = held.length === 0 ? more : Buffer.concat([held, more])
      if (held.length < ENOUGH_BYTES) {
        // Not handed back yet: that would make the socket readable at once, and this an endless loop.
        if (!socket.readableEnded) socket.once('readable', look)
        return
      }
      clearTimeout(silent)
      socket.unshift(held)
      const start = held.toString('latin1', 0, ENOUGH_BYTES)
      if (start.startsWith(PREFACE)) return accept(socket)
      onCut('not_http2')
      if (/^[A-Z]{3,7} \//.test(start)) answerHttp1(socket, http1Answer)
      else socket.destroy()
    }
    socket.once('readable', look)
  })
}

function answerHttp1(socket: Socket, text: string): void {
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  )
  socket.resume()
}
