import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PAGE = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')

/** Lines of the threat model: number, threat, what stands against it, test. */
const LINES = PAGE.split('\n')
  .map((line) => /^\| (\d+) \| (.+) \| (.+) \| `([^`]+)`: (.+) \|$/.exec(line))
  .filter((match) => match !== null)
  .map(([, number = '', threat = '', defence = '', file = '', title = '']) => ({
    number,
    threat,
    defence,
    file,
    title,
  }))

test('every numbered line of the threat model has all its parts', () => {
  const numbered = PAGE.split('\n').filter((line) => /^\| \d+ \|/.test(line))
  expect(LINES.map(({ number }) => Number(number))).toEqual(numbered.map((_line, index) => index + 1))
  expect(LINES.length).toBeGreaterThan(40)
  expect(new Set(LINES.map(({ threat }) => threat)).size).toBe(LINES.length)
  for (const { defence } of LINES) expect(defence.length).toBeGreaterThan(10)
})

test.each(LINES)('$number: $threat', ({ file, title }) => {
  expect(file).toMatch(/\.test\.ts$/)
  expect(existsSync(join(ROOT, file)), file).toBe(true)
  expect(
    titlesOf(readFileSync(join(ROOT, file), 'utf8')).some((found) => found.includes(title)),
    title,
  ).toBe(true)
})

/** Titles of tests and groups of tests, as they are written; `.each` may stand far before its title. */
function titlesOf(source: string): string[] {
  const called = /\b(?:test|it|describe)\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g
  const each = /\]?\)\(\s*(['"`])((?:\\.|(?!\1).)*)\1\s*,/g
  return [called, each].flatMap((pattern) => [...source.matchAll(pattern)].map(([, , title = '']) => title))
}
