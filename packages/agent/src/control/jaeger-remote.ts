import type { SamplingSettings } from '@clew/opamp/live-settings'
import type { LinkTarget } from './link.ts'
import { quietRequest } from './quiet-request.ts'

const TIMEOUT_MS = 5000
const MAX_ANSWER_BYTES = 1024 * 1024
const MAX_PAUSE_MS = 30_000

/**
 * Asks a Jaeger remote sampling endpoint again and again, and tells when the answer has changed. Where nobody answers
 * what was said last holds. Returns what ends it.
 */
export function pollStrategy(
  { url, headers, ca }: LinkTarget,
  pollMs: number,
  onChange: (settings: SamplingSettings) => void,
): () => void {
  let over = false
  let last = ''
  let pauseMs = pollMs
  let timer: NodeJS.Timeout | undefined
  const again = (): void => {
    if (!over) timer = setTimeout(ask, pauseMs).unref()
  }
  const failed = (): void => {
    pauseMs = Math.max(pollMs, Math.min(pauseMs * 2, MAX_PAUSE_MS))
    again()
  }
  function ask(): void {
    let text = ''
    const request = quietRequest(url, {
      timeout: TIMEOUT_MS,
      headers: { ...headers, accept: 'application/json' },
      agent: false,
      ...(ca === undefined ? {} : { ca }),
    })
    request.on('timeout', () => request.destroy(new Error('timed out')))
    request.once('error', failed)
    request.on('response', (response) => {
      response.setEncoding('utf8')
      response.on('error', () => undefined)
      response.on('data', (part: string) => {
        text += part
        if (text.length > MAX_ANSWER_BYTES) request.destroy(new Error('the answer is too long'))
      })
      response.on('end', () => {
        const settings = response.statusCode === 200 ? strategySettings(text) : undefined
        if (settings === undefined) return failed()
        pauseMs = pollMs
        if (text !== last && !over) onChange(settings)
        last = text
        again()
      })
    })
    request.end()
  }
  timer = setTimeout(ask, 0).unref()
  return () => {
    over = true
    clearTimeout(timer)
  }
}

/** A strategy of Jaeger (api_v2.SamplingStrategyResponse as JSON) in our words; undefined for what is none. */
export function strategySettings(text: string): SamplingSettings | undefined {
  try {
    const { strategyType, probabilisticSampling, rateLimitingSampling, operationSampling } = JSON.parse(text) as {
      strategyType?: unknown
      probabilisticSampling?: { samplingRate?: unknown }
      rateLimitingSampling?: { maxTracesPerSecond?: unknown }
      operationSampling?: { defaultSamplingProbability?: unknown; perOperationStrategies?: unknown }
    }
    if (operationSampling !== undefined && operationSampling !== null) {
      const share = shareOf(operationSampling.defaultSamplingProbability)
      const rules = listOf(operationSampling.perOperationStrategies).flatMap(
        ({ operation, probabilisticSampling: own }) => {
          const rate = shareOf(own?.samplingRate)
          return typeof operation === 'string' && rate !== undefined ? [{ span: operation, share: rate }] : []
        },
      )
      return { ...(share === undefined ? {} : { share }), rules }
    }
    const perSecond = rateLimitingSampling?.maxTracesPerSecond
    if (strategyType === 'RATE_LIMITING' || strategyType === 1) {
      return typeof perSecond === 'number' && perSecond >= 0 ? { share: 1, perSecond } : undefined
    }
    // A probability of zero is left out by encoders of protobuf JSON.
    const share = probabilisticSampling === undefined ? undefined : shareOf(probabilisticSampling.samplingRate ?? 0)
    return share === undefined ? undefined : { share }
  } catch {
    return undefined
  }
}

interface OperationStrategy {
  readonly operation?: unknown
  readonly probabilisticSampling?: { readonly samplingRate?: unknown }
}

function listOf(value: unknown): readonly OperationStrategy[] {
  return Array.isArray(value)
    ? (value as unknown[]).filter((each): each is OperationStrategy => typeof each === 'object' && each !== null)
    : []
}

function shareOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined
}
