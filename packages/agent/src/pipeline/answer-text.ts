import type { IncomingMessage } from 'node:http'
import { judgeAnswer, type Outcome } from './judge-answer.ts'

const MAX_BYTES = 2048
const MAX_TEXT = 200

/** What an answer means; with `text` what it says is read where it is a refusal, and its status given. Never rejects. */
export async function outcomeOf(response: IncomingMessage, text: boolean): Promise<Outcome> {
  const status = response.statusCode ?? 0
  const outcome = judgeAnswer(status, response.headers['retry-after'])
  response.on('error', () => undefined)
  if (!text || outcome.retry || outcome.reason === undefined) {
    response.resume()
    return outcome
  }
  return refusalWithText(outcome, {
    status,
    contentType: response.headers['content-type'],
    body: await beginningOf(response),
  })
}

/** What an answer has said. */
interface Said {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: Uint8Array
}

/** The outcome with what a refusal says, and its status; any other as it is. */
export function refusalWithText(outcome: Outcome, { status, contentType = '', body }: Said): Outcome {
  if (outcome.retry || outcome.reason === undefined) return outcome
  const said = answerText(contentType, body)
  return { ...outcome, status, reason: said === '' ? outcome.reason : `${outcome.reason} (${said})` }
}

async function beginningOf(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      // All of it is read, for the connection's sake.
      if (bytes < MAX_BYTES) chunks.push(chunk)
      bytes += chunk.byteLength
    }
  } catch {
    // What has come is enough.
  }
  return Buffer.concat(chunks).subarray(0, MAX_BYTES)
}

/** The message of a `google.rpc.Status` in protobuf or JSON, as OTLP/HTTP answers errors; plain text as it is. */
export function answerText(contentType: string, body: Uint8Array): string {
  return (messageIn(contentType, Buffer.from(body)) ?? '')
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT)
}

function messageIn(contentType: string, body: Buffer): string | undefined {
  if (/^text\/plain/i.test(contentType)) return body.toString()
  if (/json/i.test(contentType)) {
    try {
      const { message } = JSON.parse(body.toString()) as { message?: unknown }
      return typeof message === 'string' ? message : undefined
    } catch {
      return undefined
    }
  }
  return /protobuf/i.test(contentType) ? messageOfStatus(body) : undefined
}

/** Field 2 of the message, which stands first or behind the code. */
function messageOfStatus(body: Buffer): string | undefined {
  let at = body[0] === 0x08 ? afterVarint(body, 1) : 0
  if (body[at] !== 0x12) return undefined
  at++
  const start = afterVarint(body, at)
  let length = 0
  for (let i = start - 1; i >= at; i--) length = length * 0x80 + (body[i]! & 0x7f)
  return body.subarray(start, start + length).toString()
}

function afterVarint(body: Buffer, at: number): number {
  let end = at
  while (end < body.length && body[end]! >= 0x80) end++
  return end + 1
}
