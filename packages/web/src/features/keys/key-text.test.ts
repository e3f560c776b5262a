import { expect, test } from 'vitest'
import { compressedText, distinctText, stateText, typesText } from './key-text.ts'

test('estimates and lower bounds say that they are', () => {
  expect(compressedText({ compressed: { bytes: 2048, estimated: true } })).toBe('≈ 2 KiB')
  expect(compressedText({ compressed: { bytes: 2048, estimated: false } })).toBe('2 KiB')
  expect(compressedText({ compressed: null })).toBe('–')
  expect(distinctText({ distinct: { value: 12, exact: false } })).toBe('≥ 12')
  expect(distinctText({ distinct: { value: 12, exact: true } })).toBe('12')
  expect(distinctText({ distinct: null })).toBe('–')
})

test('several types come with their shares', () => {
  const type = (name: string, count: number) => ({ type: name, count, bytes: 1 })
  expect(typesText({ types: [type('int', 4)], count: 4 })).toBe('int')
  expect(typesText({ types: [type('int', 3), type('string', 1)], count: 4 })).toBe('int 75 %, string 25 %')
  expect(typesText({ types: [], count: 0 })).toBe('')
})

test('a state says what it means and who decided it', () => {
  expect(stateText({ state: 'filling', filled: 0.999, forced: null })).toMatchObject({
    label: 'filling 99 %',
    tone: 'warn',
  })
  expect(stateText({ state: 'promoted', filled: 1, forced: 'promote' }).detail).toMatch(/Set by hand\.$/)
  expect(stateText({ state: 'map', filled: null, forced: 'demote' }).label).toBe('none, by hand')
  expect(stateText({ state: 'map', filled: null, forced: null }).label).toBe('none')
})
