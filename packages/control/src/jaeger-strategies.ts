import type { SamplingRule, SamplingSettings } from '@clew/opamp/live-settings'

/** `GET /sampling?service=…` as Jaeger's clients read it (api_v2.SamplingStrategyResponse as JSON). */
export interface JaegerStrategy {
  readonly strategyType: 'PROBABILISTIC' | 'RATE_LIMITING'
  readonly probabilisticSampling?: { readonly samplingRate: number }
  readonly rateLimitingSampling?: { readonly maxTracesPerSecond: number }
  readonly operationSampling?: {
    readonly defaultSamplingProbability: number
    readonly defaultLowerBoundTracesPerSecond: number
    readonly perOperationStrategies: readonly {
      readonly operation: string
      readonly probabilisticSampling: { readonly samplingRate: number }
    }[]
  }
}

/**
 * What is set for a service in the words of Jaeger: a rate limit when there is one, else a probability, with one more per
 * operation for the rules that are about a span's name alone. Whatever else there is Jaeger has no words for.
 */
export function jaegerStrategy(sampling: SamplingSettings | undefined): JaegerStrategy {
  const { share = 1, perSecond, rules = [] } = sampling ?? {}
  if (perSecond !== undefined && sampling?.share === undefined) {
    return {
      strategyType: 'RATE_LIMITING',
      // Their clients count in whole traces.
      rateLimitingSampling: { maxTracesPerSecond: Math.max(perSecond === 0 ? 0 : 1, Math.round(perSecond)) },
    }
  }
  const byOperation = rules.filter(isAboutName)
  return {
    strategyType: 'PROBABILISTIC',
    probabilisticSampling: { samplingRate: share },
    ...(byOperation.length === 0
      ? {}
      : {
          operationSampling: {
            defaultSamplingProbability: share,
            defaultLowerBoundTracesPerSecond: 0,
            perOperationStrategies: byOperation.map((rule) => ({
              operation: rule.span,
              probabilisticSampling: { samplingRate: rule.share },
            })),
          },
        }),
  }
}

function isAboutName(rule: SamplingRule): rule is SamplingRule & { span: string } {
  const { span, kind, path, route, attributes } = rule
  const more = kind ?? path ?? route ?? attributes
  return span !== undefined && !span.includes('*') && more === undefined
}
