import { expect, test } from 'vitest'
import { matchScore } from './match-score.ts'

test('a start beats a word start, which beats a middle', () => {
  const scores = ['traces of shop', 'go to traces', 'retraces'].map((title) => matchScore('tra', title))
  expect(scores).toEqual([...scores].sort((a, b) => b - a))
  expect(Math.min(...scores)).toBeGreaterThan(0)
})

test('initials find a command', () => {
  expect(matchScore('gtt', 'Go to traces')).toBeGreaterThan(0)
  expect(matchScore('gxt', 'Go to traces')).toBe(0)
})

test('every word must fit', () => {
  expect(matchScore('go logs', 'Go to traces')).toBe(0)
  expect(matchScore('', 'Go to traces')).toBeGreaterThan(0)
})
