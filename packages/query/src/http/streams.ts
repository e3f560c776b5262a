import type { Clock } from '@clew/base/clock'
import type { Endpoint, OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import { tailLogs } from '@clew/contract/logs'
import { tapPipeline } from '@clew/contract/pipeline'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { LiveStream } from '../live/live-stream.ts'
import { answerTailLogs } from '../live/tail-logs.ts'
import { answerTapPipeline } from '../live/tap-pipeline.ts'
import type { PipelinePort } from '../ports.ts'

/** A comment line this often keeps proxies from closing a quiet stream, and finds listeners that have gone. */
const HEARTBEAT_MS = 15_000

/** An endpoint that answers with server-sent events, and what opens it. */
export interface StreamRoute {
  readonly endpoint: Endpoint
  readonly open: (
    context: Context,
    input: unknown,
    pipeline: PipelinePort,
    clock: Clock,
    stillAllowed: () => boolean,
  ) => Promise<Response>
}

function stream<E extends Endpoint>(
  endpoint: E,
  open: (input: ParsedInputOf<E>, pipeline: PipelinePort, clock: Clock) => LiveStream<OutputOf<E>>,
): StreamRoute {
  return {
    endpoint,
    open: async (context, input, pipeline, clock, stillAllowed) =>
      sendEvents(context, open(input as ParsedInputOf<E>, pipeline, clock), clock, stillAllowed),
  }
}

/** Every endpoint that streams. */
export const streams: readonly StreamRoute[] = [
  stream(tailLogs, answerTailLogs),
  stream(tapPipeline, answerTapPipeline),
]

async function sendEvents(
  context: Context,
  live: LiveStream<unknown>,
  clock: Clock,
  stillAllowed: () => boolean,
): Promise<Response> {
  // Proxies must pass events on at once.
  context.header('x-accel-buffering', 'no')
  context.header('cache-control', 'no-store')
  return streamSSE(context, async (events) => {
    let stopBeat: (() => void) | undefined
    const beat = (): void => {
      stopBeat = clock.after(HEARTBEAT_MS, () => {
        if (!stillAllowed()) return live.close()
        events.write(': still here\n\n').then(beat, () => live.close())
      })
    }
    events.onAbort(() => live.close())
    await events.write(': open\n\n')
    beat()
    try {
      for await (const document of live.documents) await events.writeSSE({ data: JSON.stringify(document) })
    } finally {
      stopBeat?.()
      live.close()
    }
  })
}
