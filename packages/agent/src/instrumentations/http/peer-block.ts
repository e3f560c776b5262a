import type { IncomingMessage } from 'node:http'
import { AttributeBlock } from '../../tracer/attribute-block.ts'
import { peerAttributes } from './server-attributes.ts'

/** What the last request of a connection said, and the attributes made of that. */
interface Peer {
  readonly scheme: string
  readonly method: string | undefined
  readonly version: string
  readonly host: string | undefined
  readonly userAgent: string | undefined
  readonly block: AttributeBlock
}

const PEER = Symbol('clew.peer')

/** Connections carry it. */
interface Marked {
  [PEER]?: Peer
}

/**
 * `peerAttributes` as a block, which a connection keeps for its next request: most of them differ from the one before in
 * their URL only. Undefined behind a proxy that speaks for others: there each request comes from somebody else.
 */
export function peerBlock(request: IncomingMessage, scheme: string): AttributeBlock | undefined {
  const { headers, method, httpVersion: version } = request
  const { host, 'user-agent': userAgent } = headers
  if (headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined) return undefined
  if (headers['x-forwarded-host'] !== undefined) return undefined
  const socket = request.socket as Marked
  const last = socket[PEER]
  if (
    last !== undefined &&
    last.host === host &&
    last.method === method &&
    last.userAgent === userAgent &&
    last.version === version &&
    last.scheme === scheme
  ) {
    return last.block
  }
  const block = new AttributeBlock(peerAttributes(request, scheme))
  socket[PEER] = { scheme, method, version, host, userAgent, block }
  return block
}
