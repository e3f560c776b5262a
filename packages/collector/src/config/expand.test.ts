import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkSchema } from './check-schema.ts'
import { expandTree } from './expand.ts'
import { parseYaml } from './parse-yaml.ts'
import { toPlain } from './tree.ts'

function expand(
  text: string,
  env: Record<string, string> = {},
): { value: unknown; errors: string[]; warnings: string[] } {
  const { tree, errors, warnings } = expandTree(parseYaml(text, 'c.yaml'), (scheme, opaque) => {
    if (scheme === 'yaml') return opaque
    if (scheme !== 'env') throw new Error(`scheme "${scheme}" is not supported`)
    return env[opaque]
  })
  return {
    value: toPlain(tree),
    errors: errors.map((one) => one.message),
    warnings: warnings.map((one) => one.message),
  }
}

const field = (text: string, env?: Record<string, string>): unknown =>
  (expand(`k: ${text}`, env).value as { k: unknown }).k

describe('references', () => {
  test.each([
    ['${env:X}', { X: 'abc' }, 'abc'],
    ['${X}', { X: 'abc' }, 'abc'],
    ['${env:X:-d}', {}, 'd'],
    ['${X:-d}', {}, 'd'],
    ['${env:X:-d}', { X: 'abc' }, 'abc'],
    ['${env:X:-}', {}, null],
    ['${env:X:-a:-b}', {}, 'a:-b'],
    ['a-${env:X}-b', { X: 'abc' }, 'a-abc-b'],
    ['a-${env:X:-d}-b', {}, 'a-d-b'],
    ['${env:A}${env:B}', { A: '1', B: '2' }, '12'],
    ['http://${env:H}:${env:P}/x', { H: 'localhost', P: '4318' }, 'http://localhost:4318/x'],
    ['${env:${env:Y}}', { Y: 'X', X: 'deep' }, 'deep'],
    ['${env:X:-${env:Y}}', { Y: 'other' }, 'other'],
    ['${env:X}', { X: '${env:Y}', Y: 'chained' }, 'chained'],
    ['$$', {}, '$'],
    ['$${env:X}', { X: 'abc' }, '${env:X}'],
    ['$$${env:X}', { X: 'abc' }, '$abc'],
    ['a$$b', {}, 'a$b'],
    ['${yaml:[1, 2]}', {}, [1, 2]],
    ['"${env:X}"', { X: '123' }, 123],
  ])('%s with %o is %o', (text, env, value) => expect(field(text, env as Record<string, string>)).toEqual(value))

  test('a default does not stand in for an empty variable', () => {
    expect(field('a${env:X:-d}b', { X: '' })).toBe('ab')
  })

  test('an unset variable without default is null, with a warning', () => {
    const { value, warnings } = expand('k: ${env:NOPE}')
    expect(value).toEqual({ k: null })
    expect(warnings).toEqual(['c.yaml:1:4: k: environment variable NOPE is not set; the value is empty'])
  })

  test('a naked $X is not expanded, with a hint', () => {
    const { value, warnings } = expand('k: $HOME/x')
    expect(value).toEqual({ k: '$HOME/x' })
    expect(warnings[0]).toContain('$HOME is not expanded')
  })

  test.each([
    ['${env:1X}', 'environment variable "1X" has invalid name'],
    ['${env:a$b}', `the uri "env:a$b" contains unsupported characters ('$')`],
    ['${http:x}', 'scheme "http" is not supported'],
    ['a ${yaml:[1, 2]} b', 'a map or list cannot be put inside a longer text'],
  ])('%s is an error with its place', (text, problem) => {
    const { errors } = expand(`top:\n  k: ${text}\n`)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain('c.yaml:2:6: top::k: ')
    expect(errors[0]).toContain(problem)
  })

  test('a variable that contains itself ends', () => {
    expect(expand('k: ${env:X}', { X: '${env:X}' }).errors[0]).toContain('too many recursive expansions')
    expect(expand('k: a${env:X}', { X: '${env:X}' }).errors[0]).toContain('too many recursive expansions')
  })

  test('a map or list from a variable is a map or list, expanded too', () => {
    expect(field('${env:X}', { X: '{a: 1, b: "${env:Y}"}', Y: 'z' })).toEqual({ a: 1, b: 'z' })
  })
})

/** Upstream's table: what a whole-value reference gives depends on what the field wants. */
describe.each([
  ['123', 123, '123'],
  ['0123', 83, '0123'],
  ['0xdeadbeef', 3735928559, '0xdeadbeef'],
  ['"0123"', 'error', '"0123"'],
  ['!!str 0123', 'error', '!!str 0123'],
  ['t', 'error', 't'],
  ['23', 23, '23'],
  ['1.0', 1, '1.0'],
  ['[a,b/c]', 'error', '[a,b/c]'],
  ['2023-03-20T03:17:55Z', 'error', '2023-03-20T03:17:55Z'],
  ['true', 'error', 'true'],
  ['', 'error', ''],
])('a variable that is %j', (text, asInt, asString) => {
  const load = <T>(schema: z.ZodType<T>): { field?: T } | undefined => {
    const { tree } = expandTree(parseYaml('field: ${env:X}', 'c.yaml'), () => text)
    return checkSchema(z.strictObject({ field: schema }), tree, []).value
  }
  test('as an int', () => expect(load(z.int())?.field ?? 'error').toEqual(asInt))
  test('as a string', () => expect(load(z.string())?.field).toBe(asString))
})

test('what is written literally is not bent to the type of the field', () => {
  const check = (text: string): string[] =>
    checkSchema(z.strictObject({ field: z.string() }), parseYaml(text, 'c.yaml'), []).errors.map((one) => one.message)
  expect(check('field: "123"')).toEqual([])
  expect(check('field: 123')).toEqual([
    "c.yaml:1:1: field: 'field' expected type 'string', got unconvertible type 'number', value: '123'",
  ])
})

test('text without references is never changed, and nothing ever throws', () => {
  const anything = fc.string({ unit: fc.constantFrom('$', '{', '}', ':', '-', 'e', 'n', 'v', 'X', ' ', '"', '\n') })
  fc.assert(
    fc.property(anything, anything, (text, variable) => {
      const tree = parseYaml(JSON.stringify({ k: text }), 'c.yaml')
      const { tree: expanded } = expandTree(tree, () => variable)
      if (!text.includes('$')) expect(toPlain(expanded)).toEqual({ k: text })
    }),
    { numRuns: 500 },
  )
})

test('escaping every $ gives the text back', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const escaped = JSON.stringify({ k: text.replaceAll('$', '$$$$') })
      expect(toPlain(expandTree(parseYaml(escaped, 'c.yaml'), () => 'no').tree)).toEqual({ k: text })
    }),
  )
})
