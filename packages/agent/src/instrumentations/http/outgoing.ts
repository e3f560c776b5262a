import {
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type TextMapSetter,
  type Tracer,
} from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { activeContext } from '../../context/agent-context.ts'
import type { RecordDuration } from '../../metrics/duration-producer.ts'
import { RecordingSpan } from '../../tracer/recording-span.ts'
import { TIME_ATTRIBUTES, type ConnectionTimes } from './connection-times.ts'
import { isLambdaRuntime } from '../lambda/runtime-api.ts'
import type { SentFacts } from './durations.ts'
import { redactedQuery } from './request-target.ts'
import { knownMethod } from './server-attributes.ts'

/** Makes the spans and durations of outgoing requests, whichever client sends them. */
export interface OutgoingParts {
  readonly tracer: Tracer
  readonly record: RecordDuration<SentFacts> | undefined
}

/** Where a request goes. */
export interface Target {
  readonly method: string
  readonly scheme: string
  readonly address: string
  readonly port: number | undefined
  /** Path and query, as they are sent. */
  readonly path: string
  readonly userAgent: string | undefined
}

const CLIENT = { kind: SpanKind.CLIENT }

/** An outgoing request from its beginning to its end, as the semantic conventions for HTTP clients describe it. */
export class Outgoing {
  readonly span: Span
  readonly #parts: OutgoingParts
  readonly #target: Target
  readonly #context: Context
  readonly #startMs: number
  #port: number | undefined
  #version: string | undefined
  #statusCode: number | undefined
  #errorType: string | undefined
  #over = false

  private constructor(parts: OutgoingParts, target: Target, context: Context) {
    this.#parts = parts
    this.#target = target
    this.#port = target.port
    const method = knownMethod(target.method)
    this.span = parts.tracer.startSpan(method === '_OTHER' ? 'HTTP' : method, CLIENT, context)
    if (this.span instanceof RecordingSpan) this.span.startWith(attributesOf(target, method))
    else if (this.span.isRecording()) this.span.setAttributes(attributesOf(target, method))
    this.#context = trace.setSpan(context, this.span)
    this.#startMs = performance.now()
  }

  /** Undefined for what the agent itself sends, and Lambda's runtime. */
  static begin(parts: OutgoingParts, target: () => Target | undefined): Outgoing | undefined {
    const context = activeContext()
    if (isTracingSuppressed(context)) return undefined
    const known = target()
    return known === undefined || isLambdaRuntime(known) ? undefined : new Outgoing(parts, known, context)
  }

  /** Writes the headers that carry the context to the other side. */
  inject<Carrier>(carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    propagation.inject(this.#context, carrier, setter)
  }

  /** The address at the other end of the connection, and the protocol's version where it is known. */
  connected(peerAddress: string | undefined, peerPort: number | undefined, version: string | undefined): void {
    this.#version = version
    if (!this.span.isRecording()) return
    if (peerAddress !== undefined) this.span.setAttribute('network.peer.address', peerAddress)
    if (peerPort !== undefined) this.span.setAttribute('network.peer.port', peerPort)
    if (version !== undefined) this.span.setAttribute('network.protocol.version', version)
    if (this.#port === undefined && peerPort !== undefined) {
      this.#port = peerPort
      this.span.setAttribute('server.port', peerPort)
      this.span.setAttribute('url.full', urlOf({ ...this.#target, port: peerPort }))
    }
  }

  /** How long the connection has taken that was made for this request. */
  waitedFor(times: ConnectionTimes | undefined): void {
    if (times === undefined || !this.span.isRecording()) return
    for (const [step, name] of TIME_ATTRIBUTES) {
      const tookMs = times[step]
      if (tookMs !== undefined) this.span.setAttribute(name, tookMs)
    }
  }

  /** What the other side has answered. From 400 on it is an error for who has asked. */
  answered(statusCode: number): void {
    this.#statusCode = statusCode
    if (statusCode >= 400) this.#errorType = String(statusCode)
    if (!this.span.isRecording()) return
    this.span.setAttribute('http.response.status_code', statusCode)
    if (this.#errorType === undefined) return
    this.span.setAttribute('error.type', this.#errorType)
    this.span.setStatus({ code: SpanStatusCode.ERROR })
  }

  /** No answer, or not all of it. A request the program has called off is no error. */
  failed(error: Error & { readonly code?: string | number }): void {
    if (this.#over || error.name === 'AbortError') return
    this.#errorType = typeof error.code === 'string' ? error.code : error.name || 'Error'
    if (!this.span.isRecording()) return
    this.span.setAttribute('error.type', this.#errorType)
    this.span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
    this.span.recordException(error)
  }

  end(): void {
    if (this.#over) return
    this.#over = true
    this.span.end()
    const facts = {
      method: knownMethod(this.#target.method),
      scheme: this.#target.scheme,
      address: this.#target.address,
      port: this.#port,
      version: this.#version,
      statusCode: this.#statusCode,
      errorType: this.#errorType,
    }
    this.#parts.record?.((performance.now() - this.#startMs) / 1000, facts, this.span)
  }
}

function attributesOf(target: Target, known: string): Attributes {
  const attributes: Attributes = {
    'http.request.method': known,
    'server.address': target.address,
    'url.full': urlOf(target),
  }
  if (target.port !== undefined) attributes['server.port'] = target.port
  if (target.userAgent !== undefined) attributes['user_agent.original'] = target.userAgent
  if (known !== target.method) attributes['http.request.method_original'] = target.method
  return attributes
}

function urlOf({ scheme, address, port, path }: Target): string {
  const host = hostInUrl(address)
  const usual = port === undefined || port === (scheme === 'https' ? 443 : 80)
  const mark = path.indexOf('?')
  const shown = mark < 0 ? path : `${path.slice(0, mark + 1)}${redactedQuery(path.slice(mark + 1))}`
  // A proxy is asked for a whole URL.
  if (shown[0] !== '/') return shown.includes('://') ? shown.replace(/\/\/[^/@]*@/, '//REDACTED:REDACTED@') : shown
  return usual ? `${scheme}://${host}${shown}` : `${scheme}://${host}:${port}${shown}`
}

/** IPv6 in brackets; `localhost` for the path of a socket. */
function hostInUrl(address: string): string {
  if (address.includes('/') || address.includes('\\')) return 'localhost'
  return address.includes(':') && address[0] !== '[' ? `[${address}]` : address
}
