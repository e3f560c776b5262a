import { expect, test } from 'vitest'
import { SERVICE_HUES, ServiceColors } from './service-color.ts'

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `service-${i}`)

test('twenty services get twenty different hues', () => {
  const colors = new ServiceColors()
  expect(new Set(names(SERVICE_HUES).map((name) => colors.indexOf(name))).size).toBe(SERVICE_HUES)
})

test('a service keeps its hue, also over a reload', () => {
  const colors = new ServiceColors()
  const before = names(30).map((name) => colors.indexOf(name))
  expect(names(30).map((name) => colors.indexOf(name))).toEqual(before)
  const later = new ServiceColors(colors.entries())
  expect(
    names(30)
      .toReversed()
      .map((name) => later.indexOf(name))
      .toReversed(),
  ).toEqual(before)
})

test('memory is bounded and every index is a hue', () => {
  const colors = new ServiceColors({}, 10)
  for (const name of names(1000)) expect(colors.indexOf(name)).toBeLessThan(SERVICE_HUES)
  expect(Object.keys(colors.entries()).length).toBe(10)
})
