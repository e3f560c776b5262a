import { SIGNALS } from '@clew/otlp/signal'
import { z } from 'zod'
import type { ConnectorFactory } from '../../core/factory.ts'
import { PassThrough } from '../../kit/pass-through.ts'

export type ForwardConfig = Readonly<Record<never, never>>

const forwardSchema: z.ZodType<ForwardConfig> = z.strictObject({})

/** `forward`: joins pipelines of one signal. */
export const forwardFactory: ConnectorFactory<ForwardConfig> = {
  kind: 'connector',
  type: 'forward',
  stability: 'stable',
  description: 'Hands everything on to other pipelines of the same signal.',
  schema: forwardSchema,
  conversions: SIGNALS.map((signal) => ({ from: signal, to: signal })),
  create: (_config, _context, _from, _to, next) => new PassThrough(next),
}
