import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { SERVICE_HUES } from '../model/service-color.ts'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')

function tokensOf(theme: string): Map<string, string> {
  const start = css.indexOf(`[data-theme='${theme}'] {`)
  const block = css.slice(start, css.indexOf('\n}', start))
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] as string, match[2] as string]),
  )
}

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

describe.each(['dark', 'light'])('%s theme', (theme) => {
  const tokens = tokensOf(theme)
  const color = (name: string): string => {
    const hex = tokens.get(name)
    if (hex === undefined) throw new Error(`${theme} has no --${name}`)
    return hex
  }

  test.each(['text', 'text-dim', 'text-faint', 'accent', 'error', 'warn', 'ok'])(
    '%s is readable on every ground',
    (text) => {
      for (const ground of ['bg', 'surface', 'surface-raised', 'surface-hover', 'surface-selected']) {
        expect(contrast(color(text), color(ground)), `on ${ground}`).toBeGreaterThanOrEqual(4.5)
      }
    },
  )

  test.each([
    ['error', 'error-wash'],
    ['warn', 'warn-wash'],
    ['ok', 'ok-wash'],
    ['accent', 'accent-wash'],
    ['on-accent', 'accent-fill'],
    ['on-accent', 'accent-fill-hover'],
  ])('%s is readable on %s', (text, ground) => {
    expect(contrast(color(text), color(ground))).toBeGreaterThanOrEqual(4.5)
  })

  test('marks and the edges of fields stand out', () => {
    const hues = Array.from({ length: SERVICE_HUES }, (_, index) => `service-${index}`)
    for (const mark of [...hues, 'error-mark', 'match', 'critical', 'control-border']) {
      expect(contrast(color(mark), color('surface')), mark).toBeGreaterThanOrEqual(3)
    }
  })
})

test('both themes name the same tokens', () => {
  expect([...tokensOf('light').keys()].sort()).toEqual([...tokensOf('dark').keys()].sort())
})
