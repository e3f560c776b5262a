import { propagation, ROOT_CONTEXT, SpanKind, trace, type AttributeValue, type SpanContext } from '@opentelemetry/api'
import type { IncomingMessage } from 'node:http'
import type { Plugin } from '../../plugins/plugin.ts'
import { traceChannel } from '../channels/trace-channel.ts'
import { serverAttributes } from '../http/server-attributes.ts'

const SCOPE = '@clew/agent/ws'
const versionRange = '>=7 <9'

interface Connection {
  readonly path: string
  readonly span: SpanContext
}

/**
 * The handshake of a WebSocket server is a request like others; each message it receives begins a trace of its own, with a
 * link to the handshake: the protocol has no place for a context in a message. Option `messages: false`: handshakes only.
 */
export const ws: Plugin = {
  name: 'ws',
  modules: [],
  libraries: ['ws >=7'],
  rewrites: [
    {
      channelName: 'upgrade',
      module: { name: 'ws', versionRange, filePath: 'lib/websocket-server.js' },
      functionQuery: { className: 'WebSocketServer', methodName: 'completeUpgrade', kind: 'Sync' },
    },
    {
      channelName: 'message',
      module: { name: 'ws', versionRange, filePath: 'lib/websocket.js' },
      functionQuery: { functionName: 'receiverOnMessage', kind: 'Sync' },
    },
  ],
  start: ({ options }) => {
    const tracer = trace.getTracer(SCOPE)
    const connections = new WeakMap<object, Connection>()
    traceChannel('orchestrion:ws:upgrade', {
      over: 'on-return',
      begin: ({ arguments: args = [] }) => {
        const request = args.find(
          (one): one is IncomingMessage => typeof one === 'object' && one !== null && 'headers' in one,
        )
        if (request === undefined) return undefined
        const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
        const parent = propagation.extract(ROOT_CONTEXT, request.headers)
        const span = tracer.startSpan(request.method ?? 'GET', { kind: SpanKind.SERVER }, parent)
        if (span.isRecording()) {
          const flat = serverAttributes(request, 'http')
          for (let i = 0; i < flat.length; i += 2) span.setAttribute(flat[i] as string, flat[i + 1] as AttributeValue)
          span.setAttribute('network.protocol.name', 'websocket')
        }
        // Events of socket.io, which is built on it, are shown by themselves.
        if (!/[?&]EIO=\d/.test(request.url ?? '')) connections.set(request.socket, { path, span: span.spanContext() })
        return {
          context: trace.setSpan(parent, span),
          end: ({ error }) => {
            span.setAttribute('http.response.status_code', error === undefined ? 101 : 500)
            span.end()
          },
        }
      },
    })
    if (options['messages'] === false) return
    traceChannel('orchestrion:ws:message', {
      over: 'on-return',
      begin: ({ self }) => {
        const socket = socketOf(self)
        const connection = socket === undefined ? undefined : connections.get(socket)
        if (connection === undefined) return undefined
        const { path, span: handshake } = connection
        const links = [{ context: handshake }]
        const span = tracer.startSpan(`message ${path}`, { kind: SpanKind.CONSUMER, links }, ROOT_CONTEXT)
        if (span.isRecording()) span.setAttributes({ 'network.protocol.name': 'websocket', 'url.path': path })
        return { span, context: trace.setSpan(ROOT_CONTEXT, span), end: () => span.end() }
      },
    })
  },
}

/** The receiver knows its WebSocket by a symbol. */
function socketOf(receiver: unknown): object | undefined {
  if (typeof receiver !== 'object' || receiver === null) return undefined
  const key = Object.getOwnPropertySymbols(receiver).find((symbol) => symbol.description === 'websocket')
  const socket =
    key === undefined ? undefined : (Reflect.get(receiver, key) as { readonly _socket?: object } | undefined)
  return socket?._socket
}
