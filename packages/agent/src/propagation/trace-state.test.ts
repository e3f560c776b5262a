import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_TRACE_STATE_CHARS, TraceStateList } from './trace-state.ts'

const read = (header: string): string => TraceStateList.parse(header).serialize()
const members = (count: number): string => Array.from({ length: count }, (_, at) => `k${at}=${at}`).join(',')

describe('a tracestate', () => {
  it.each([
    ['', ''],
    ['a=1', 'a=1'],
    ['a=1,b=2', 'a=1,b=2'],
    ['b=2,a=1', 'b=2,a=1'],
    [' a=1 \t,\t b=2 ', 'a=1,b=2'],
    [',a=1,,b=2, ,', 'a=1,b=2'],
    ['a= 1', 'a= 1'],
    ['a=x y  ', 'a=x y'],
    ['a=1,a=2', 'a=1'],
    ['0a_-*/@z=!~;:"', '0a_-*/@z=!~;:"'],
    ['tenant@vendor=1', 'tenant@vendor=1'],
    [`${'k'.repeat(256)}=1`, `${'k'.repeat(256)}=1`],
    [`a=${'v'.repeat(256)}`, `a=${'v'.repeat(256)}`],
    [members(32), members(32)],
  ])('%j is passed on as %j', (header, expected) => {
    expect(read(header)).toBe(expected)
  })

  it.each([
    ['a'],
    ['=1'],
    ['a='],
    ['a=1=2'],
    ['A=1'],
    ['a.b=1'],
    ['a =1'],
    ['_a=1'],
    ['@a=1'],
    ['-a=1'],
    ['a=ü'],
    ['a=\u0001'],
    ['a=\t'],
    [`${'k'.repeat(257)}=1`],
    [`a=${'v'.repeat(257)}`],
    [members(33)],
  ])('with %j in it is dropped as a whole', (header) => {
    expect(read(header)).toBe('')
    expect(read(`good=1,${header}`)).toBe('')
    expect(read(`${header},good=1`)).toBe('')
  })

  it('gets new and changed entries at the front, and keeps the order of the others', () => {
    const list = TraceStateList.parse('a=1,b=2,c=3')
    expect(list.set('n', '9').serialize()).toBe('n=9,a=1,b=2,c=3')
    expect(list.set('c', '4').serialize()).toBe('c=4,a=1,b=2')
    expect(list.unset('b').serialize()).toBe('a=1,c=3')
    expect(list.unset('z')).toBe(list)
    expect(list.serialize()).toBe('a=1,b=2,c=3')
    expect([list.get('b'), list.get('z')]).toEqual(['2', undefined])
  })

  it('pushes the last member out when a 33rd comes', () => {
    const list = TraceStateList.parse(members(32)).set('n', '1').serialize().split(',')
    expect(list).toHaveLength(32)
    expect([list[0], list[31]]).toEqual(['n=1', 'k30=30'])
  })

  it('takes no entry that could not be sent', () => {
    const list = TraceStateList.parse('a=1')
    for (const [key, value] of [
      ['A', '1'],
      ['b', ''],
      ['b', 'x,y'],
      ['b', 'x='],
      ['b', 'x '],
      ['', '1'],
      ['b', '\n'],
    ]) {
      expect(list.set(key ?? '', value ?? '')).toBe(list)
    }
  })

  it('that is too long loses its long members from the end, then the last ones', () => {
    const long = (key: string): string => `${key}=${'x'.repeat(200)}`
    const small = Array.from({ length: 16 }, (_, at) => `s${at}=${'y'.repeat(90)}`)
    const kept = read([...small, long('l1'), long('l2'), long('l3'), long('l4')].join(','))
    expect(kept).toBe([...small, long('l1'), long('l2')].join(','))
    const many = Array.from({ length: 31 }, (_, at) => `s${at}=${'y'.repeat(100)}`)
    expect(read([long('l1'), ...many].join(','))).toBe(many.slice(0, 19).join(','))
  })

  it('keeps what it knows of the trace id through every change', () => {
    expect(TraceStateList.parse('', true).set('a', '1').unset('a').randomTraceId).toBe(true)
    expect(TraceStateList.parse('a=1').set('a', '2').randomTraceId).toBe(false)
  })

  it('never throws, is never too long, and reads back what it wrote', () => {
    const piece = fc.oneof(fc.constantFrom('a=1', ',', '=', ' ', '\t', 'ot=th:8', '@'), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 80 }), (pieces) => {
        const text = read(pieces.join(''))
        expect(text.length).toBeLessThanOrEqual(MAX_TRACE_STATE_CHARS)
        expect(read(text)).toBe(text)
      }),
    )
  })
})
