import { expect, it } from 'vitest'
import { jaegerStrategy } from './jaeger-strategies.ts'

it.each([
  [undefined, { strategyType: 'PROBABILISTIC', probabilisticSampling: { samplingRate: 1 } }],
  [{ share: 0 }, { strategyType: 'PROBABILISTIC', probabilisticSampling: { samplingRate: 0 } }],
  [{ perSecond: 0.5 }, { strategyType: 'RATE_LIMITING', rateLimitingSampling: { maxTracesPerSecond: 1 } }],
  [{ perSecond: 0 }, { strategyType: 'RATE_LIMITING', rateLimitingSampling: { maxTracesPerSecond: 0 } }],
  [
    { perSecond: 5, share: 0.5 },
    { strategyType: 'PROBABILISTIC', probabilisticSampling: { samplingRate: 0.5 } },
  ],
  [
    {
      share: 0.25,
      rules: [
        { span: 'GET /a', share: 1 },
        { route: '/b', share: 0 },
        { span: 'x*', share: 0 },
      ],
    },
    {
      strategyType: 'PROBABILISTIC',
      probabilisticSampling: { samplingRate: 0.25 },
      operationSampling: {
        defaultSamplingProbability: 0.25,
        defaultLowerBoundTracesPerSecond: 0,
        perOperationStrategies: [{ operation: 'GET /a', probabilisticSampling: { samplingRate: 1 } }],
      },
    },
  ],
])('%j in the words of Jaeger', (sampling, strategy) => expect(jaegerStrategy(sampling)).toEqual(strategy))
