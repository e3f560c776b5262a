import { SpanKind, type Attributes, type AttributeValue, type Span } from '@opentelemetry/api'
import type { IncomingMessage } from 'node:http'
import type { RecordingSpan } from '../../tracer/recording-span.ts'
import type { RuledOptions } from '../../tracer/sampler.ts'
import { startWithBlock, startWithFlat } from '../../tracer/start-attributes.ts'
import { peerBlock } from './peer-block.ts'
import { serverAttributes, targetAttributes } from './server-attributes.ts'

/** Keys and values in turn, on a span that is not ours. */
export function setFlat(span: Span, flat: readonly unknown[]): void {
  for (let i = 0; i < flat.length; i += 2) span.setAttribute(flat[i] as string, flat[i + 1] as AttributeValue)
}

/** What a server span starts with; for a span that is not kept the attributes are not made unless a sampling rule asks. */
export class ServerStart implements RuledOptions {
  readonly kind: SpanKind = SpanKind.SERVER
  readonly #request: IncomingMessage
  readonly #scheme: string
  #flat: unknown[] | undefined

  constructor(request: IncomingMessage, scheme: string) {
    this.#request = request
    this.#scheme = scheme
  }

  get flat(): unknown[] {
    return (this.#flat ??= serverAttributes(this.#request, this.#scheme))
  }

  /** Gives a span that has just started its attributes. */
  fill(span: RecordingSpan): void {
    const block = this.#flat === undefined ? peerBlock(this.#request, this.#scheme) : undefined
    if (block === undefined || !startWithBlock(span, block, targetAttributes(this.#request))) {
      startWithFlat(span, this.flat)
    }
  }

  get ruleAttributes(): Attributes {
    const attributes: Attributes = {}
    for (let i = 0; i < this.flat.length; i += 2)
      attributes[this.flat[i] as string] = this.flat[i + 1] as AttributeValue
    return attributes
  }
}
