/** The head of an answer, names of fields in lower case. */
interface AnswerHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

const MAX_HEAD_BYTES = 64 * 1024
const MAX_SIZE_LINE_BYTES = 1024
/** Of the body, as much as is of interest. */
const KEPT_BODY_BYTES = 2048

type State = 'head' | 'length' | 'close' | 'size' | 'chunk' | 'trailer' | 'done'

/**
 * Reads one answer to a POST as it comes, by RFC 9112: lengths, chunks, bodies that end with the connection, and interim
 * answers, which are passed over. Throws where it is none.
 */
export class HttpAnswer {
  head: AnswerHead | undefined
  /** Something of it has come. */
  begun = false
  #state: State = 'head'
  #rest: Buffer = Buffer.alloc(0)
  #left = 0
  readonly #body: Buffer[] = []
  #bodyBytes = 0
  #endedByClose = false

  /** All of it has come. */
  get complete(): boolean {
    return this.#state === 'done'
  }

  /** Complete, with nothing behind it, and the other side keeps the connection. */
  get keepsConnection(): boolean {
    if (!this.complete || this.#rest.length > 0 || this.#endedByClose) return false
    return !/\bclose\b/i.test(this.head?.headers['connection'] ?? '')
  }

  /** The beginning of the body. */
  get body(): Uint8Array {
    return Buffer.concat(this.#body).subarray(0, KEPT_BODY_BYTES)
  }

  push(chunk: Buffer): void {
    this.begun = true
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (this.#state !== 'done' && this.#step());
  }

  /** The other side has ended the connection. */
  end(): void {
    if (this.#state !== 'close') return
    this.#endedByClose = true
    this.#state = 'done'
  }

  /** Reads on; false where more has to come first. */
  #step(): boolean {
    if (this.#state === 'head') return this.#readHead()
    if (this.#state === 'size') return this.#readSize()
    if (this.#state === 'trailer') return this.#readTrailer()
    return this.#readBody()
  }

  #readHead(): boolean {
    const end = this.#rest.indexOf('\r\n\r\n')
    if (end < 0) {
      if (this.#rest.length > MAX_HEAD_BYTES) throw new Error('the head of the answer is too long')
      return false
    }
    const [first = '', ...lines] = this.#rest.toString('latin1', 0, end).split('\r\n')
    this.#rest = this.#rest.subarray(end + 4)
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1])
    if (!(status >= 100)) throw new Error('the answer is not HTTP/1.1')
    // An upgrade was not asked for; other interim answers are followed by the one that counts.
    if (status < 200) return true
    const headers = fieldsOf(lines)
    if (first.startsWith('HTTP/1.0')) headers['connection'] ??= 'close'
    this.head = { status, headers }
    this.#state = this.#bodyState(status, headers)
    return true
  }

  #bodyState(status: number, headers: Readonly<Record<string, string>>): State {
    if (status === 204 || status === 304) return 'done'
    if (/\bchunked\s*$/i.test(headers['transfer-encoding'] ?? '')) return 'size'
    const length = headers['content-length']
    if (length === undefined) return 'close'
    if (!/^\d+$/.test(length)) throw new Error('the answer has no length that can be read')
    this.#left = Number(length)
    return this.#left === 0 ? 'done' : 'length'
  }

  #readBody(): boolean {
    if (this.#rest.length === 0) return false
    const bytes = this.#state === 'close' ? this.#rest.length : Math.min(this.#left, this.#rest.length)
    if (this.#bodyBytes < KEPT_BODY_BYTES) this.#body.push(this.#rest.subarray(0, bytes))
    this.#bodyBytes += bytes
    this.#rest = this.#rest.subarray(bytes)
    this.#left -= bytes
    if (this.#state !== 'close' && this.#left === 0) this.#state = this.#state === 'length' ? 'done' : 'size'
    return true
  }

  #readSize(): boolean {
    const line = this.#readLine()
    if (line === undefined) return false
    // The end of the chunk before.
    if (line === '') return true
    const size = /^[\da-f]{1,8}(?=\s*(?:;|$))/i.exec(line)?.[0]
    if (size === undefined) throw new Error('the answer has a chunk without a size')
    this.#left = Number.parseInt(size, 16)
    this.#state = this.#left === 0 ? 'trailer' : 'chunk'
    return true
  }

  #readTrailer(): boolean {
    const line = this.#readLine()
    if (line === '') this.#state = 'done'
    return line !== undefined
  }

  #readLine(): string | undefined {
    const end = this.#rest.indexOf('\r\n')
    if (end > MAX_SIZE_LINE_BYTES || (end < 0 && this.#rest.length > MAX_SIZE_LINE_BYTES)) {
      throw new Error('a line of the answer is too long')
    }
    if (end < 0) return undefined
    const line = this.#rest.toString('latin1', 0, end)
    this.#rest = this.#rest.subarray(end + 2)
    return line
  }
}

function fieldsOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return headers
}
