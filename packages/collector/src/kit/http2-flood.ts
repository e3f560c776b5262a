import { constants, type ServerHttp2Session } from 'node:http2'

/** PING and SETTINGS frames that a connection may send in a second. gRPC clients send a ping or two per call at most. */
const MAX_CONTROL_FRAMES_PER_SECOND = 1000
/**
 * Calls that a client may reset: so many at once, and so many a second in the long run. Less than nghttp2 itself allows (1000
 * and 33), because Node keeps a connection that nghttp2 has given up, silent, for as long as its client likes; and much less,
 * because Node does not tell of calls that come and go within one read.
 */
const RESET_BURST = 400
const RESETS_PER_SECOND = 30

/**
 * Ends a connection whose client sends more frames that cost work and carry nothing than any client would: PING, SETTINGS,
 * calls that are reset at once. Endless header lists, empty DATA frames and answers that nobody reads are stopped by nghttp2.
 */
export class FloodGuard {
  readonly #session: ServerHttp2Session
  readonly #onFlood: () => void
  #secondStartMs = 0
  #controlFrames = 0
  #resetsLeft = RESET_BURST
  #resetMs = performance.now()

  constructor(session: ServerHttp2Session, onFlood: () => void) {
    this.#session = session
    this.#onFlood = onFlood
    session.on('ping', () => this.#control())
    session.on('remoteSettings', () => this.#control())
  }

  /** To be called when a client resets a call. */
  reset(): void {
    const nowMs = performance.now()
    const refill = ((nowMs - this.#resetMs) / 1000) * RESETS_PER_SECOND
    this.#resetsLeft = Math.min(RESET_BURST, this.#resetsLeft + refill) - 1
    this.#resetMs = nowMs
    if (this.#resetsLeft < 0) this.#end()
  }

  #control(): void {
    const nowMs = performance.now()
    if (nowMs - this.#secondStartMs > 1000) {
      this.#secondStartMs = nowMs
      this.#controlFrames = 0
    }
    if (++this.#controlFrames > MAX_CONTROL_FRAMES_PER_SECOND) this.#end()
  }

  #end(): void {
    if (this.#session.destroyed) return
    this.#onFlood()
    this.#session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }
}
