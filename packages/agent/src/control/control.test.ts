import { describe, expect, it } from 'vitest'
import { controlSettings } from './control-settings.ts'
import { strategySettings } from './jaeger-remote.ts'

describe('controlSettings', () => {
  const HERE = 'http://127.0.0.1:4320/v1/opamp'
  it.each([
    [{}, HERE],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }, HERE],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, undefined],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', CLEW_CONTROL_ENDPOINT: 'clew:4320' },
      'http://clew:4320/v1/opamp',
    ],
    [{ CLEW_CONTROL_ENDPOINT: 'wss://clew/other/path' }, 'https://clew/other/path'],
    [{ CLEW_CONTROL_ENDPOINT: 'ftp://clew' }, undefined],
    [{ CLEW_CONTROL_ENDPOINT: 'http://[' }, undefined],
    [{ CLEW_CONTROL: 'off' }, undefined],
    [{ CLEW_CONTROL: 'OFF', CLEW_CONTROL_ENDPOINT: 'clew:4320' }, undefined],
  ])('%j: %s', (env, url) => expect(controlSettings(env)?.url.href).toBe(url))

  it('the headers of OTLP go only to the host they are meant for', () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://clew:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20x',
    }
    expect(controlSettings({ ...env, CLEW_CONTROL_ENDPOINT: 'https://clew:4320' })?.headers).toEqual({
      authorization: 'Bearer x',
    })
    expect(controlSettings({ ...env, CLEW_CONTROL_ENDPOINT: 'https://other:4320' })?.headers).toEqual({})
    expect(
      controlSettings({
        ...env,
        CLEW_CONTROL_ENDPOINT: 'other:1',
        CLEW_CONTROL_HEADERS: 'X-A=1, b ad=2,y=%0d%0aevil: 1',
      })?.headers,
    ).toEqual({ 'x-a': '1', y: '' })
  })
})

describe('strategies of Jaeger', () => {
  it.each([
    ['{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":0.25}}', { share: 0.25 }],
    ['{"probabilisticSampling":{}}', { share: 0 }],
    ['{"strategyType":0,"probabilisticSampling":{"samplingRate":1}}', { share: 1 }],
    ['{"strategyType":"RATE_LIMITING","rateLimitingSampling":{"maxTracesPerSecond":7}}', { share: 1, perSecond: 7 }],
    ['{"strategyType":1,"rateLimitingSampling":{"maxTracesPerSecond":7}}', { share: 1, perSecond: 7 }],
    [
      '{"strategyType":"PROBABILISTIC","operationSampling":{"defaultSamplingProbability":0.5,"perOperationStrategies":[{"operation":"GET /a","probabilisticSampling":{"samplingRate":1}},null,{"operation":3}]}}',
      { share: 0.5, rules: [{ span: 'GET /a', share: 1 }] },
    ],
    ['{"probabilisticSampling":{"samplingRate":2}}', undefined],
    ['{"strategyType":"RATE_LIMITING"}', undefined],
    ['null', undefined],
    ['nothing', undefined],
  ])('%s', (text, settings) => expect(strategySettings(text)).toEqual(settings))
})
