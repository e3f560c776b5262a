import { expect, test } from 'vitest'
import { seriesFigures, seriesLabel, seriesLines } from './series-lines.ts'

test('labels are written as short as they are clear', () => {
  expect(seriesLabel({}, 'All')).toBe('All')
  expect(seriesLabel({ route: '/a' }, 'All')).toBe('/a')
  expect(seriesLabel({ route: '' }, 'All')).toBe('(none)')
  expect(seriesLabel({ route: '/a', code: '200' }, 'All')).toBe('route /a, code 200')
})

test('grouped by service, lines have the colours of the services', () => {
  const [line] = seriesLines([{ labels: { 'service.name': 'orders' }, values: [1] }], 'All', () => 17)
  expect(line?.colorToken).toBe('--service-17')
})

test('any two of forty lines differ in hue or dash, and keys are unique', () => {
  const lines = seriesLines(
    Array.from({ length: 40 }, (_, index) => ({ labels: { route: `/${index % 5}` }, values: [] })),
    'All',
    () => 0,
  )
  expect(new Set(lines.map((line) => `${line.colorToken} ${line.dash?.join(' ') ?? ''}`)).size).toBe(40)
  expect(new Set(lines.map((line) => line.key)).size).toBe(40)
})

test('figures leave gaps out', () => {
  expect(seriesFigures([null, 2, 4, null])).toEqual({ last: 4, average: 3, min: 2, max: 4 })
  expect(seriesFigures([null])).toEqual({ last: null, average: null, min: null, max: null })
})
