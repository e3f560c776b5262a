import { describe, expect, it } from 'vitest'
import { exportPath, needsWholeSdk, numberFrom, wantsOwnTracer, withDefaults } from './settings.ts'

describe('exportPath', () => {
  it.each([
    [{}, 'protobuf'],
    [{ OTEL_TRACES_EXPORTER: ' otlp ' }, 'protobuf'],
    [{ OTEL_TRACES_EXPORTER: 'none' }, 'none'],
    [{ OTEL_TRACES_EXPORTER: 'otlp,console' }, 'sdk'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'sdk'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'json'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' }, 'protobuf'],
    [{ OTEL_LOGS_EXPORTER: 'none', OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'grpc' }, 'protobuf'],
  ] as const)('%j sends traces as %s', (env, path) => {
    expect(exportPath(env, 'TRACES')).toBe(path)
  })
})

describe('withDefaults', () => {
  it('fills gaps for the time of the action only', () => {
    const env: Record<string, string | undefined> = { OTEL_BSP_SCHEDULE_DELAY: '77' }
    const seen = withDefaults(env, () => ({ ...env }))
    expect(seen).toMatchObject({ OTEL_BSP_SCHEDULE_DELAY: '77', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' })
    expect(env).toEqual({ OTEL_BSP_SCHEDULE_DELAY: '77' })
  })

  it('restores the environment when the action throws', () => {
    const env: Record<string, string | undefined> = {}
    expect(() =>
      withDefaults(env, () => {
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(env).toEqual({})
  })
})

describe('needsWholeSdk', () => {
  it.each(['OTEL_LOG_LEVEL', 'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT'])('with %s', (name) => {
    expect(needsWholeSdk({ [name]: '1' }, true)).toBe(true)
    expect(needsWholeSdk({ [name]: ' ' }, true)).toBe(false)
  })

  it.each(['OTEL_TRACES_SAMPLER', 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT'])('with %s only for its tracer', (name) => {
    expect(needsWholeSdk({ [name]: '1' }, true)).toBe(false)
    expect(needsWholeSdk({ [name]: '1' }, false)).toBe(true)
  })

  it('not with what the agent reads itself', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_SERVICE_NAME: 'x', OTEL_PROPAGATORS: 'b3' }
    expect(needsWholeSdk(env, true)).toBe(false)
  })
})

it.each([
  [{}, true],
  [{ CLEW_TRACER: 'SDK' }, false],
  [{ OTEL_NODE_RESOURCE_DETECTORS: 'env' }, false],
])('wantsOwnTracer with %j: %s', (env, wanted) => {
  expect(wantsOwnTracer(env)).toBe(wanted)
})

describe('numberFrom', () => {
  it.each([
    [undefined, 5],
    ['', 5],
    ['12', 12],
    [' 0 ', 0],
    ['-1', 5],
    ['many', 5],
  ])('reads %j as %d', (text, value) => {
    expect(numberFrom({ X: text }, 'X', 5)).toBe(value)
  })
})
