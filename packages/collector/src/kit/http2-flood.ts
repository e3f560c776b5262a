import { constants, type ServerHttp2Session } from 'node:http2'

/** Frames of control that a connection may send in a second. gRPC clients send a ping or two per call at most. */
const MAX_CONTROL_FRAMES_PER_SECOND = 1000
/** Calls that a client may give up in a second; the engine under Node has a limit of its own, too. */
const MAX_RESETS_PER_SECOND = 500

/**
 * Ends a connection whose client sends more frames that cost work and carry nothing (PING, SETTINGS, calls that are reset
 * at once) than any client would. nghttp2 stops endless header lists and answers that nobody reads by itself.
 */
export class FloodGuard {
  readonly #session: ServerHttp2Session
  readonly #onFlood: () => void
  #secondStartMs = 0
  #control = 0
  #resets = 0

  constructor(session: ServerHttp2Session, onFlood: () => void) {
    this.#session = session
    this.#onFlood = onFlood
    session.on('ping', () => this.#count(1, 0))
    session.on('remoteSettings', () => this.#count(1, 0))
  }

  /** To be called when a client resets a call. */
  reset(): void {
    this.#count(0, 1)
  }

  #count(control: number, resets: number): void {
    const nowMs = performance.now()
    if (nowMs - this.#secondStartMs > 1000) {
      this.#secondStartMs = nowMs
      this.#control = 0
      this.#resets = 0
    }
    this.#control += control
    this.#resets += resets
    if (this.#control <= MAX_CONTROL_FRAMES_PER_SECOND && this.#resets <= MAX_RESETS_PER_SECOND) return
    if (this.#session.destroyed) return
    this.#onFlood()
    this.#session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }
}
