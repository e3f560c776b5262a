import { createTraceState } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { explicitRandomness, thresholdOf, withThreshold } from './consistent-threshold.ts'
import { Sampler } from './sampler.ts'
import { samplerFrom } from './sampler-from.ts'

describe('thresholdOf', () => {
  // Exact values are 0.e666…, 0.fd70a3d…, 0.aaaa…, 0.ffffef39085f…: four digits after leading f's.
  it.each([
    [1, '0'],
    [0.5, '8'],
    [0.25, 'c'],
    [0.1, 'e666'],
    [0.01, 'fd70a'],
    [1 / 3, 'aaab'],
    [1e-6, 'ffffef39'],
  ])('of %d is %s', (share, text) => {
    expect(thresholdOf(share).text).toBe(text)
  })

  it('stays below 2^56 however small the share', () => {
    expect(thresholdOf(1e-18).text).toBe('f'.repeat(14))
  })
})

describe('tracestate', () => {
  it('gets a threshold beside what else there is', () => {
    const state = createTraceState('vendor=1,ot=rv:00000000000001;th:c')
    expect(withThreshold(state, thresholdOf(0.5))?.get('ot')).toBe('th:8;rv:00000000000001')
    expect(withThreshold(state, undefined)?.get('ot')).toBe('rv:00000000000001')
    expect(withThreshold(createTraceState('ot=th:8,a=b'), undefined)?.serialize()).toBe('a=b')
    expect(withThreshold(undefined, thresholdOf(0.5))?.serialize()).toBe('ot=th:8')
    expect(withThreshold(undefined, undefined)).toBeUndefined()
  })

  it('may carry the randomness', () => {
    expect(explicitRandomness(createTraceState('ot=th:0;rv:ff0000000000aa'))).toEqual({ high: 0xff0000, low: 0xaa })
    expect(explicitRandomness(createTraceState('ot=rv:12'))).toBeUndefined()
  })
})

describe('Sampler', () => {
  it('keeps about its share, and those a smaller share keeps', () => {
    const tenth = new Sampler({ share: 0.1, parentBased: true, announces: true })
    const half = new Sampler({ share: 0.5, parentBased: true, announces: true })
    let kept = 0
    for (let i = 0; i < 1000; i++) {
      const high = Math.floor((i / 1000) * 2 ** 24)
      const byTenth = tenth.keeps(0xab000000 + high, 7, undefined)
      if (byTenth) kept++
      expect(byTenth && !half.keeps(0xcd000000 + high, 7, undefined)).toBe(false)
    }
    expect(kept).toBe(100)
  })

  it('decides by the randomness of the tracestate before that of the id', () => {
    const half = new Sampler({ share: 0.5, parentBased: false, announces: true })
    expect(half.keeps(0, 0, createTraceState('ot=rv:80000000000000'))).toBe(true)
    expect(half.keeps(0xffffff, 0xffffffff, createTraceState('ot=rv:7fffffffffffff'))).toBe(false)
  })

  it('keeps and announces less under pressure, and again all of it afterwards', () => {
    const all = new Sampler({ share: 1, parentBased: true, announces: false })
    expect([all.threshold, all.keeps(0, 0, undefined)]).toEqual([undefined, true])
    all.keep = 0.25
    expect([all.threshold?.text, all.keeps(0, 0, undefined), all.keeps(0xc00000, 0, undefined)]).toEqual([
      'c',
      false,
      true,
    ])
    all.keep = 1
    expect([all.threshold, all.keeps(0, 0, undefined)]).toEqual([undefined, true])
  })
})

describe('samplerFrom', () => {
  it.each([
    [{}, true, undefined, false],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, false, undefined, false],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, false, undefined, true],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, true, undefined, true],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }, false, 'c', false],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, true, undefined, true],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '7' }, true, '0', false],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio' }, false, '0', false],
    [{ OTEL_TRACES_SAMPLER: 'xray' }, true, undefined, false],
    [{ OTEL_TRACES_SAMPLER: 'jaeger_remote' }, false, '0', false],
    [
      {
        OTEL_TRACES_SAMPLER: 'parentbased_jaeger_remote',
        OTEL_TRACES_SAMPLER_ARG: 'endpoint=http://h:1/,pollingIntervalMs=5000,initialSamplingRate=0.25',
      },
      true,
      'c',
      false,
    ],
    [{ CLEW_SAMPLING: '{"share":0.5}' }, true, '8', false],
    [{ CLEW_SAMPLING: '{"share":5}' }, true, undefined, false],
    [{ CLEW_SAMPLING: 'half' }, true, undefined, false],
  ])('%j', (env, parentBased, threshold, keepsNothing) => {
    const sampler = samplerFrom(env)
    expect([sampler.parentBased, sampler.threshold?.text, sampler.keepsNothing]).toEqual([
      parentBased,
      threshold,
      keepsNothing,
    ])
  })
})
