import { randomFillSync } from 'node:crypto'

const POOL_WORDS = 2048
/** Signed, so that the engine keeps words in the object they belong to and not beside it. */
const pool = new Int32Array(POOL_WORDS)
let used = POOL_WORDS

const DIGITS = new Uint8Array(128)
for (let value = 0; value < 16; value++) {
  DIGITS['0123456789abcdef'.charCodeAt(value)] = value
  DIGITS['0123456789ABCDEF'.charCodeAt(value)] = value
}

const text = Buffer.alloc(16)

/** 32 random bits of the system's generator, drawn from a pool that is filled 8 kB at a time. */
export function randomWord(): number {
  if (used === POOL_WORDS) {
    randomFillSync(pool)
    used = 0
  }
  return pool[used++]!
}

/** Random bits that are not zero: one such word makes an id valid. */
export function nonZeroWord(): number {
  let word = randomWord()
  while (word === 0) word = randomWord()
  return word
}

/** The eight hex digits of `hex` at `at` as a signed integer. */
export function wordAt(hex: string, at: number): number {
  let word = 0
  for (let i = at; i < at + 8; i++) word = (word << 4) | DIGITS[hex.charCodeAt(i)]!
  return word
}

/** 16 lower-case hex digits of a span id. */
export function spanIdHex(word0: number, word1: number): string {
  text.writeInt32BE(word0, 0)
  text.writeInt32BE(word1, 4)
  return text.toString('hex', 0, 8)
}

/** 32 lower-case hex digits of a trace id. */
export function traceIdHex(word0: number, word1: number, word2: number, word3: number): string {
  text.writeInt32BE(word0, 0)
  text.writeInt32BE(word1, 4)
  text.writeInt32BE(word2, 8)
  text.writeInt32BE(word3, 12)
  return text.toString('hex')
}
