/** Up to this length a loop over the characters beats a call into the runtime. */
export const SHORT_TEXT = 48

/** A buffer that grows at its end. */
export class ByteAppender {
  protected buffer: Buffer
  protected at = 0

  constructor(initialBytes: number) {
    this.buffer = Buffer.allocUnsafeSlow(initialBytes)
  }

  get length(): number {
    return this.at
  }

  /** Bytes of memory held. */
  get capacity(): number {
    return this.buffer.length
  }

  /** What was written, without a copy: valid until the next write. */
  view(): Uint8Array {
    return this.buffer.subarray(0, this.at)
  }

  /** What was written since `start`, as bytes of their own. */
  copyFrom(start: number): Uint8Array {
    return Uint8Array.prototype.slice.call(this.buffer, start, this.at)
  }

  /** Forgets everything after `length`. */
  truncate(length: number): void {
    this.at = length
  }

  byte(value: number): void {
    this.reserve(1)
    this.buffer[this.at++] = value
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.buffer.set(bytes, this.at)
    this.at += bytes.length
  }

  /** UTF-8; false, with nothing to rely on, when it takes another number of bytes than said. Room must be reserved. */
  protected utf8(text: string, bytes: number): boolean {
    if (text.length < SHORT_TEXT && bytes === text.length) {
      const buffer = this.buffer
      let at = this.at
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i)
        if (code >= 0x80) return false
        buffer[at++] = code
      }
      this.at = at
      return true
    }
    const written = this.buffer.write(text, this.at)
    this.at += written
    return written === bytes
  }

  protected varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.buffer[this.at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.buffer[this.at++] = rest
  }

  protected big(word: number): void {
    const buffer = this.buffer
    const at = this.at
    buffer[at] = word >>> 24
    buffer[at + 1] = word >>> 16
    buffer[at + 2] = word >>> 8
    buffer[at + 3] = word
    this.at = at + 4
  }

  protected little(word: number): void {
    const buffer = this.buffer
    const at = this.at
    buffer[at] = word
    buffer[at + 1] = word >>> 8
    buffer[at + 2] = word >>> 16
    buffer[at + 3] = word >>> 24
    this.at = at + 4
  }

  protected reserve(bytes: number): void {
    const needed = this.at + bytes
    if (needed <= this.buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2))
    this.buffer.copy(grown, 0, 0, this.at)
    this.buffer = grown
  }
}
