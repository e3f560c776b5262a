import { baggageEntryMetadataFromString, propagation, ROOT_CONTEXT, type BaggageEntry } from '@opentelemetry/api'
import { suppressTracing, W3CBaggagePropagator } from '@opentelemetry/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BaggagePropagator } from './baggage-propagator.ts'
import { readFrom, written } from './testdata/headers.ts'

const ours = new BaggagePropagator()
const theirs = new W3CBaggagePropagator()

function entriesFrom(propagator: BaggagePropagator | W3CBaggagePropagator, baggage: unknown): Record<string, string> {
  const entries = propagation.getBaggage(readFrom(propagator, { baggage }))?.getAllEntries() ?? []
  return Object.fromEntries(
    entries.map(([key, { value, metadata }]) => [
      key,
      metadata === undefined ? value : `${value};${metadata.toString()}`,
    ]),
  )
}

function headerOf(propagator: BaggagePropagator | W3CBaggagePropagator, entries: Record<string, BaggageEntry>): string {
  const context = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage(entries))
  return written(propagator, context)['baggage'] ?? ''
}

describe('baggage', () => {
  it.each([
    ['a=1', { a: '1' }],
    ['a=1,b=2', { a: '1', b: '2' }],
    [' a = 1 ,\tb\t=\t2', { a: '1', b: '2' }],
    [['a=1', 'b=2'], { a: '1', b: '2' }],
    ['a=', { a: '' }],
    ['a=1,a=2', { a: '2' }],
    ['a=x=y', { a: 'x=y' }],
    ['user=J%C3%BCrgen%20%E2%98%83', { user: 'Jürgen ☃' }],
    ['a=%FF%41%zz%', { a: '\uFFFDA%zz%' }],
    ['a=1;prop;k=v,b=2', { a: '1;prop;k=v', b: '2' }],
    ['a=1; ,b=2', { a: '1', b: '2' }],
    ['a,=1,b c=2,ü=3,[=4,d=5', { d: '5' }],
    ['__proto__=1,constructor=2', { ['__proto__']: '1', constructor: '2' }],
  ])('%j is %j', (header, expected) => {
    expect(entriesFrom(ours, header)).toEqual(expected)
  })

  it.each([[''], [','], ['a'], ['=1'], [7], [[]]])('%j is none', (header) => {
    expect(readFrom(ours, { baggage: header })).toBe(ROOT_CONTEXT)
  })

  it('holds 180 entries and 8,192 characters, the first ones', () => {
    const many = Array.from({ length: 200 }, (_, at) => `k${at}=v`).join(',')
    expect(Object.keys(entriesFrom(ours, many))).toHaveLength(180)
    const big = Array.from({ length: 10 }, (_, at) => `k${at}=${'v'.repeat(1000)}`).join(',')
    expect(Object.keys(entriesFrom(ours, big))).toHaveLength(8)
    const exact = `a=${'v'.repeat(8190)}`
    expect(entriesFrom(ours, exact)['a']).toHaveLength(8190)
    const entries = (count: number, value: string): Record<string, BaggageEntry> =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, { value }]))
    expect(headerOf(ours, entries(200, 'v')).split(',')).toHaveLength(180)
    expect(headerOf(ours, entries(10, 'v'.repeat(1000))).split(',')).toHaveLength(8)
    // What is too long is left out alone.
    expect(headerOf(ours, { a: { value: 'v'.repeat(9000) }, b: { value: '1' } })).toBe('b=1')
  })

  it('goes out with its properties, unless they would break the header', () => {
    const metadata = baggageEntryMetadataFromString('prop;k=v')
    expect(headerOf(ours, { a: { value: '1', metadata } })).toBe('a=1;prop;k=v')
    const broken = baggageEntryMetadataFromString('x\r\nset-cookie: y')
    expect(headerOf(ours, { a: { value: '1', metadata: broken } })).toBe('a=1')
  })

  it('does not go out for what the agent itself sends', () => {
    const context = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ a: { value: '1' } }))
    expect(written(ours, suppressTracing(context))).toEqual({})
    expect(ours.fields()).toEqual(['baggage'])
  })

  it('of any text comes back, and the SDK reads it as we do', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 })
    fc.assert(
      fc.property(
        fc.dictionary(
          text.filter((key) => key !== '' && key !== '__proto__'),
          text.filter((value) => value !== ''),
        ),
        (record) => {
          const entries = Object.fromEntries(Object.entries(record).map(([key, value]) => [key, { value }]))
          const header = headerOf(ours, entries)
          expect(header).toMatch(/^[\x21-\x7e]*$/)
          expect(entriesFrom(ours, header)).toEqual(record)
          expect(entriesFrom(theirs, header)).toEqual(record)
          expect(entriesFrom(ours, headerOf(theirs, entries))).toEqual(record)
        },
      ),
    )
  })

  it('never throws, whatever comes in or is set', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('%', '%E2%98', ';', '=', ',', '\uD800'))
    fc.assert(
      fc.property(fc.array(text), (parts) => {
        entriesFrom(ours, parts.join(''))
        expect(headerOf(ours, { [parts.join('')]: { value: parts.join('%') } })).toMatch(/^[\x21-\x7e]*$/)
      }),
    )
  })
})
