import net, { type Socket } from 'node:net'

/** How long the steps of making a connection have taken, in milliseconds; a step that was not there is missing. */
export interface ConnectionTimes {
  dnsMs?: number
  connectMs?: number
  tlsMs?: number
}

/** The attributes that say so, on the span of the request a connection was made for. */
export const TIME_ATTRIBUTES: readonly (readonly [keyof ConnectionTimes, string])[] = [
  ['dnsMs', 'clew.dns.duration_ms'],
  ['connectMs', 'clew.connect.duration_ms'],
  ['tlsMs', 'clew.tls.duration_ms'],
]

const TIMES = Symbol('clew.connection-times')

interface Watched {
  [TIMES]?: ConnectionTimes | undefined
}

/** Times the steps of a connection that is just being made. Costs nothing once it stands. */
export function watchConnection(socket: Socket): ConnectionTimes {
  const times: ConnectionTimes = {}
  ;(socket as Watched)[TIMES] = times
  let beganMs = performance.now()
  const stepTook = (): number => {
    const nowMs = performance.now()
    const tookMs = Math.round((nowMs - beganMs) * 1000) / 1000
    beganMs = nowMs
    return tookMs
  }
  const onLookup = (): void => {
    times.dnsMs = stepTook()
  }
  socket.once('lookup', onLookup)
  socket.once('connect', () => {
    // An address needs no look-up.
    socket.removeListener('lookup', onLookup)
    times.connectMs = stepTook()
  })
  if ('encrypted' in socket) {
    socket.once('secureConnect', () => {
      times.tlsMs = stepTook()
    })
  }
  return times
}

/** What was timed of this connection, for the first who asks: a request that finds it standing has not waited for it. */
export function takeConnectionTimes(socket: Socket | null | undefined): ConnectionTimes | undefined {
  const times = (socket as Watched | null | undefined)?.[TIMES]
  if (times !== undefined) (socket as Watched)[TIMES] = undefined
  return times
}

let expected: ((times: ConnectionTimes) => void) | undefined
let listening = false

/** Times the connection that the code which runs now is about to begin, and hands over where its times will be. */
export function expectConnection(begun: (times: ConnectionTimes) => void = nothing): void {
  if (!listening) listen()
  expected = begun
  process.nextTick(() => {
    expected = undefined
  })
}

function nothing(): void {
  // They are taken from the socket.
}

function listen(): void {
  listening = true
  const prototype = net.Socket.prototype as { connect: (...args: unknown[]) => unknown }
  const original = prototype.connect
  prototype.connect = function connect(this: Socket, ...args) {
    const begun = expected
    if (begun !== undefined) {
      expected = undefined
      begun(watchConnection(this))
    }
    return Reflect.apply(original, this, args)
  }
}
