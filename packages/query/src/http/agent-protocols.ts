import { ClewError } from '@clew/base/errors'
import type { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ControlPort } from '../ports.ts'
import type { ScopedPath } from './auth-guard.ts'
import { OPAMP_PATH } from './upgrades.ts'

const MAX_MESSAGE_BYTES = 512 * 1024
const PROTOBUF = 'application/x-protobuf'

/** Who may speak them: whoever may send telemetry. */
export const AGENT_PATHS: readonly ScopedPath[] = [
  { method: 'POST', path: OPAMP_PATH, scope: 'ingest' },
  { method: 'GET', path: '/sampling', scope: 'ingest' },
]

/**
 * What agents speak to the control plane: OpAMP over HTTP (its WebSocket form is in `upgrades`) and Jaeger remote
 * sampling. An agent only tells of itself here; setting something is the business of the API.
 */
export function agentProtocols(app: Hono, control: ControlPort): void {
  app.post(
    OPAMP_PATH,
    bodyLimit({
      maxSize: MAX_MESSAGE_BYTES,
      onError: () => {
        throw new ClewError('BAD_INPUT', `an OpAMP message has at most ${MAX_MESSAGE_BYTES} bytes`)
      },
    }),
    async (context) => {
      if (context.req.header('content-type')?.split(';')[0]?.trim() !== PROTOBUF) {
        throw new ClewError('BAD_INPUT', `OpAMP over HTTP takes ${PROTOBUF}`)
      }
      const waitMs = waitWanted(context.req.header('prefer'))
      const answer = await control.exchange(new Uint8Array(await context.req.arrayBuffer()), {
        userAgent: context.req.header('user-agent') ?? '',
        waitMs,
        abort: context.req.raw.signal,
      })
      if (waitMs > 0) context.header('preference-applied', `wait=${waitMs / 1000}`)
      return context.body(new Uint8Array(answer.body), answer.status, { 'content-type': PROTOBUF })
    },
  )
  app.get('/sampling', (context) => {
    const service = context.req.query('service') ?? ''
    if (service === '')
      throw new ClewError('BAD_INPUT', 'the name of the service is missing', { fix: '/sampling?service=…' })
    context.header('cache-control', 'no-store')
    return context.json(control.strategy(service))
  })
}

/** Milliseconds of `Prefer: wait=N` (RFC 7240), 0 when there is none. */
function waitWanted(prefer: string | undefined): number {
  const seconds = /(?:^|,)\s*wait\s*=\s*"?(\d{1,4})"?/i.exec(prefer ?? '')?.[1]
  return seconds === undefined ? 0 : Number(seconds) * 1000
}
