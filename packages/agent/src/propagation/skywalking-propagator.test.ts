import { propagation } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { spanIdFromSkyWalking, traceIdFromSkyWalking } from './skywalking-ids.ts'
import { SkyWalkingPropagator } from './skywalking-propagator.ts'
import { contextOf, parentFrom, readFrom, SPAN_ID, TRACE_ID, written } from './testdata/headers.ts'

const propagator = new SkyWalkingPropagator({ serviceName: 'till', instanceName: '7@host' })
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const JAVA_ID = '56a5e1c519ae4c76a2b8b11d92cead7f.12.16563474296430001'

function sw8(parts: { sample?: string; traceId?: string; segmentId?: string; span?: string } = {}): string {
  const { sample = '1', traceId = JAVA_ID, segmentId = JAVA_ID, span = '3' } = parts
  const names = ['shop', '9@other', '/buy', 'till:80'].map(base64)
  return [sample, base64(traceId), base64(segmentId), span, ...names].join('-')
}

describe('ids', () => {
  it.each([
    ['4bf92f3577b34da6a3ce929d0e0e4736', TRACE_ID],
    ['4BF92F35-77B3-4DA6-A3CE-929D0E0E4736', TRACE_ID],
    // The bytes 4 to 7 with 12, the bytes 8 to 15 with 16563474296430001, low bytes first.
    [JAVA_ID, '56a5e1c515ae4c7613e51e7cf616977f'],
  ])('%j is the trace %s', (text, expected) => {
    expect(traceIdFromSkyWalking(text)).toBe(expected)
  })

  it.each([['short'], ['0'.repeat(32)], [`${JAVA_ID}.4`], [JAVA_ID.replace('.12.', '.x.')], ['grüße']])(
    '%j is a trace by its digest: always the same, and valid',
    (text) => {
      expect(traceIdFromSkyWalking(text)).toMatch(/^[0-9a-f]{32}$/)
      expect(traceIdFromSkyWalking(text)).toBe(traceIdFromSkyWalking(text))
      expect(traceIdFromSkyWalking(text)).not.toBe(traceIdFromSkyWalking(`${text}x`))
    },
  )

  it('of spans of a segment differ', () => {
    const found = new Set(Array.from({ length: 50 }, (_, index) => spanIdFromSkyWalking(JAVA_ID, index)))
    expect(found.size).toBe(50)
    for (const id of found) expect(id).toMatch(/^[0-9a-f]{16}$/)
    expect(spanIdFromSkyWalking('odd', 1)).not.toBe(spanIdFromSkyWalking('odd', 2))
  })
})

describe('sw8', () => {
  it('is understood', () => {
    const expected = `${traceIdFromSkyWalking(JAVA_ID)}/${spanIdFromSkyWalking(JAVA_ID, 3)}`
    expect(parentFrom(propagator, { sw8: sw8() })).toBe(`${expected}/1`)
    expect(parentFrom(propagator, { sw8: sw8({ sample: '0' }) })).toBe(`${expected}/0`)
  })

  it.each([
    [''],
    ['1'],
    [sw8().split('-').slice(0, 7).join('-')],
    [`${sw8()}-x`],
    [sw8({ sample: '2' })],
    [sw8({ span: '-1' })],
    [sw8({ span: 'x' })],
    [sw8({ traceId: '' })],
    [sw8({ segmentId: '' })],
    [sw8().replace(/^1-./, '1-!')],
  ])('%j names no parent', (header) => {
    expect(parentFrom(propagator, { sw8: header })).toBeUndefined()
  })

  it('goes out with everything SkyWalking needs, and comes back as the span it was', () => {
    const headers = written(propagator, contextOf())
    const [sample, traceId, segmentId, span, ...names] = (headers['sw8'] ?? '').split('-')
    expect([sample, span]).toEqual(['1', '0'])
    expect([traceId, segmentId].map((text) => Buffer.from(text ?? '', 'base64').toString())).toEqual([
      TRACE_ID,
      SPAN_ID.padStart(32, '0'),
    ])
    expect(names.map((text) => Buffer.from(text, 'base64').toString())).toEqual([
      'till',
      '7@host',
      'unknown',
      'unknown',
    ])
    expect(parentFrom(propagator, headers)).toBe(`${TRACE_ID}/${SPAN_ID}/1`)
    expect(parentFrom(propagator, written(propagator, contextOf({ traceFlags: 0 })))).toBe(`${TRACE_ID}/${SPAN_ID}/0`)
  })

  it('hands the original trace id on', () => {
    const context = readFrom(propagator, { sw8: sw8() })
    const outgoing = contextOf({ traceId: traceIdFromSkyWalking(JAVA_ID) }, context)
    expect(written(propagator, outgoing)['sw8']?.split('-')[1]).toBe(base64(JAVA_ID))
    expect(written(propagator, contextOf({}, context))['sw8']?.split('-')[1]).toBe(base64(TRACE_ID))
  })

  it('has baggage beside it', () => {
    const baggage = propagation.createBaggage({ user: { value: 'Jürgen' }, empty: { value: '' }, a: { value: '1' } })
    const headers = written(propagator, propagation.setBaggage(contextOf(), baggage))
    expect(headers['sw8-correlation']).toBe(`${base64('user')}:${base64('Jürgen')},${base64('a')}:${base64('1')}`)
    const odd = { 'sw8-correlation': `${headers['sw8-correlation']},x,!:!,${base64('b')}:YQ==:YQ==` }
    const entries = propagation.getBaggage(readFrom(propagator, odd))?.getAllEntries()
    expect(entries?.map(([key, { value }]) => [key, value])).toEqual([
      ['user', 'Jürgen'],
      ['a', '1'],
    ])
  })
})
