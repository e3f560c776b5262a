import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRules } from './parse-rules.ts'
import { RulesError, problemText } from './rule-error.ts'
import { ACTION_FIELDS, RULE_FIELDS, WHERE_FIELDS } from './rule-schema.ts'
import { parseExpression, parseTemplate } from './value-expression.ts'

function problems(text: string): string[] {
  try {
    parseRules(text, 'clew.rules.yaml')
    return []
  } catch (error) {
    if (!(error instanceof RulesError)) throw error
    return error.problems.map(problemText)
  }
}

const rule = (where: string, doing: string): string => `r:\n  target: $root\n  where: ${where}\n  do: ${doing}\n`

describe('a rules file', () => {
  it('is read with its defaults', () => {
    const [read] = parseRules(rule('{ func: price }', '{ metric: { name: n } }'), '/app/clew.rules.yaml')
    expect(read).toMatchObject({
      name: 'r',
      enabled: true,
      targets: ['$root'],
      where: { func: ['price'] },
      origin: '/app/clew.rules.yaml:1',
      actions: [{ do: 'metric', type: 'counter', value: 1, when: 'exit', unit: '', attributes: {} }],
    })
  })

  it('finds hook modules from its own folder', () => {
    const text = rule('{ func: price }', '{ inject_hooks: { path: ./hooks.mjs, before: b } }')
    expect(parseRules(text, '/app/rules/clew.rules.yaml')[0]?.actions).toMatchObject([{ path: '/app/rules/hooks.mjs' }])
  })

  it('that is empty has no rules', () => expect(parseRules('# nothing\n', 'x')).toEqual([]))

  it.each([
    [
      'r:\n  target: $root\n  wher: {}\n',
      [/^clew\.rules\.yaml:3:3: rule r has no key 'wher'; did you mean 'where'\?/, /:2:3: rule r needs 'do'; add/],
    ],
    [rule('{ func: f }', '{ spam: {} }'), [/:4:9: there is no action 'spam'; use span, metric/]],
    [
      rule('{ func: f }', '{ span: { attributes: { a: $arg.0 } } }'),
      [/:4:34: '\$arg\.0' cannot be read; write \$args/],
    ],
    [rule('{ func: f }', '{ log: { body: "x {$args.}" } }'), [/:4:22: '\{\$args\.\}' cannot be read/]],
    [rule('{ func: f }', '{ log: { body: x, when: later } }'), [/'later' is none of enter, return, error, exit/]],
    [rule('{ func: f }', '{ log: {} }'), [/log needs 'body'; add `body:/]],
    [rule('{ func: f }', '{ context: {} }'), [/context needs 'extract' or 'inject'/]],
    [rule('{ func: f }', '{ inject_hooks: { path: ./a.mjs } }'), [/inject_hooks needs 'before' or 'after'/]],
    [rule('{ func: f }', '[]'), [/do is empty/]],
    [rule('{ func: f }', '[{ span: {}, log: { body: x } }]'), [/an action has one key/]],
    [rule('{}', '{ span: {} }'), [/where is empty/]],
    [rule('{ file: a.ts }', '{ span: {} }'), [/selects every function there is/]],
    [rule('{ line: 3 }', '{ event: { name: e } }'), [/a line needs its file/]],
    [rule('{ file: a.ts, line: 3 }', '{ span: {} }'), [/a line has no duration; use event/]],
    [rule('{ file: a.ts, line: 0 }', '{ event: { name: e } }'), [/a line is a whole number from 1/]],
    [
      rule('{ file: a.ts, line: 3 }', '{ event: { name: e, attributes: { a: $args.0 } } }'),
      [/a line knows no arguments/],
    ],
    [rule('{ call: "a.b()" }', '{ span: {} }'), [/'a\.b\(\)' is no call/]],
    [rule('{ call: a.b }', '{ span: { attributes: { x: $vars.y } } }'), [/\$vars is not known in a call/]],
    [
      rule('{ func: f }', '{ log: { body: x, when: enter, attributes: { r: $result } } }'),
      [/not known on entry; set `when: exit`/],
    ],
    [rule('{ func: f }', '[{ skip: true }, { span: {} }]'), [/skip goes with no other action/]],
    [
      'r:\n  target: x\n  version: latest\n  where: { func: f }\n  do: { span: {} }\n',
      [/:3:12: 'latest' is no range of versions/],
    ],
    ['- a\n', [/a rules file is a map of rules by name/]],
    ['r: 5\n', [/rule r is not a map/]],
    [
      'r: { target: $root, where: { func: f }, do: { span: {} } }\nr: { target: x }\n',
      [/:2:1: this is no YAML: Map keys must be unique/],
    ],
    ['a: [', [/this is no YAML/]],
  ])('%j says what is wrong, where, and what to do', (text, expected) => {
    const found = problems(text)
    expect(found).toHaveLength(expected.length)
    expected.forEach((pattern, index) => expect(found[index]).toMatch(pattern))
    for (const problem of found) expect(problem).toMatch(/^clew\.rules\.yaml:\d+:\d+: .+; .+/)
  })

  it('may be 1 MiB large, and no larger', () => {
    const fill = (size: number): string => `#${'x'.repeat(size - 1)}`
    expect(problems(fill(1024 * 1024))).toEqual([])
    expect(problems(fill(1024 * 1024 + 1))).toEqual([expect.stringContaining('larger than 1 MiB')])
  })

  it('with anything in it ends in rules or in problems with a line, never otherwise', () => {
    const words = fc.constantFrom(
      ...Object.keys(RULE_FIELDS),
      ...Object.keys(WHERE_FIELDS),
      ...Object.keys(ACTION_FIELDS),
      'name',
      'attributes',
      'when',
      '$args.0',
      '$result',
      '$root',
      'exit',
      ' {',
      '}',
      '[',
      ']',
      ': ',
      '\n',
      '\n  ',
      '\n    ',
      '- ',
      '"',
      '&a',
      '*a',
      '!!x',
      ', ',
      '5',
      'true',
      '#',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(words, { maxLength: 40 }).map((parts) => parts.join('')),
          fc.string({ unit: 'grapheme' }),
        ),
        (text) => {
          for (const problem of problems(text)) expect(problem).toMatch(/^clew\.rules\.yaml:\d+:\d+: /)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('with any value in any place of its grammar ends likewise', () => {
    const leaf = fc.oneof(
      fc.constantFrom('$args.0', '$args', 'x', '*', 'exit', 'a.b', '>=1', '{$this.a}'),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.string(),
    )
    const keyed = (keys: readonly string[]) =>
      fc.dictionary(
        fc.constantFrom(...keys),
        fc.oneof(leaf, fc.dictionary(fc.string(), leaf, { maxKeys: 3 }), fc.array(leaf, { maxLength: 3 })),
        { maxKeys: 6 },
      )
    const actions = fc.oneof(
      ...Object.entries(ACTION_FIELDS).map(([name, { fields }]) =>
        keyed([...Object.keys(fields), 'other']).map((value) => ({ [name]: value })),
      ),
    )
    const rules = fc.record(
      {
        target: leaf,
        where: keyed(Object.keys(WHERE_FIELDS)),
        do: fc.oneof(actions, fc.array(actions, { maxLength: 3 })),
        version: leaf,
      },
      { requiredKeys: ['do'] },
    )
    fc.assert(
      fc.property(rules, (value) => {
        for (const problem of problems(JSON.stringify({ r: value })))
          expect(problem).toMatch(/^clew\.rules\.yaml:\d+:\d+: /)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('expressions', () => {
  it.each([
    ['$args[0].id', { root: 'arg', index: 0, path: ['id'] }],
    ['$args.0.id', { root: 'arg', index: 0, path: ['id'] }],
    ['$args', { root: 'args', path: [] }],
    ['$args.length', { root: 'args', path: ['length'] }],
    ['$this.a["b c"][2]', { root: 'this', path: ['a', 'b c', 2] }],
    ['$vars.order.total', { root: 'var', name: 'order', path: ['total'] }],
    ['$result', { root: 'result', path: [] }],
    ['$duration_ms', { root: 'durationMs', path: [] }],
    ['$duration_ms.x', undefined],
    ['$vars', undefined],
    ['$args[', undefined],
    ['$args[0', undefined],
    ['$args..a', undefined],
    ['$argsx', undefined],
    ['args', undefined],
  ])('%s', (text, expected) => expect(parseExpression(text)).toEqual(expected))

  it('in templates stand in braces', () => {
    expect(parseTemplate('a {$args.0} {{$b} {c}')).toEqual(['a ', { root: 'arg', index: 0, path: [] }, ' {$b} {c}'])
    expect(parseTemplate('a {$nope}')).toEqual({ broken: '{$nope}' })
  })
})
