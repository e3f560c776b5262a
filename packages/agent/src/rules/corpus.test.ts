import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import vm from 'node:vm'
import fc from 'fast-check'
import type MagicStringClass from 'magic-string'
import type Picomatch from 'picomatch'
import type * as Yaml from 'yaml'
import { describe, expect, it } from 'vitest'
import { moduleFile } from './module-file.ts'
import { parseRules } from './parse-rules.ts'
import { rulesRuntime, setRuleEnabled } from './rule-switches.ts'
import { instrumentModule } from './transform/instrument-module.ts'
import { parseModule } from './transform/syntax.ts'

const require = createRequire(import.meta.url)
const RULES = parseRules(
  `corpus: { target: '*', where: { func: '*' }, do: [{ span: { attributes: { all: $args, self: $this, result: $result } } }, { inject_hooks: { path: ./none.mjs, before: x } }] }
corpus_calls: { target: '*', where: { call: '**.push' }, do: { span: {} } }`,
  'clew.rules.yaml',
)

function instrument(source: string, path: string): { code: string; points: number; notes: number } {
  const { output, matched, notes } = instrumentModule({
    source,
    file: moduleFile(path),
    inputMap: undefined,
    rules: RULES,
    importRuntime: () => '',
  })
  return {
    code: output?.code ?? source,
    points: matched.get('corpus') ?? 0,
    notes: notes.filter(({ text }) => text.includes('left as it is')).length,
  }
}

/** Loads a CommonJS package with everything in it instrumented; what it requires from outside is as it is. */
function loadPackage(name: string): { exports: unknown; points: number; notes: number } {
  const main = require.resolve(name)
  const root = moduleFile(main).packageRoot
  const loaded = new Map<string, { exports: unknown }>()
  let points = 0
  let notes = 0
  const load = (path: string): unknown => {
    const known = loaded.get(path)
    if (known !== undefined) return known.exports
    const module = { exports: {} as unknown }
    loaded.set(path, module)
    const result = instrument(readFileSync(path, 'utf8'), path)
    points += result.points
    notes += result.notes
    const resolve = createRequire(path)
    const requireFrom = (specifier: string): unknown => {
      const target = resolve.resolve(specifier)
      return target.startsWith(root) && /\.c?js$/.test(target) ? load(target) : resolve(specifier)
    }
    const run = vm.compileFunction(result.code, ['module', 'exports', 'require', '__filename', '__dirname'], {
      filename: path,
    })
    run.call(module.exports, module, module.exports, requireFrom, path, dirname(path))
    return module.exports
  }
  return { exports: load(main), points, notes }
}

describe('packages with every function and every call of push instrumented do the same', () => {
  const samples = {
    yaml: (yaml: typeof Yaml) => [
      yaml.parse('a: &x [1, {b: "c"}, *x]\nd: !!binary aGk=\ne: |\n  text\n  more\n'.replace('*x', '2')),
      yaml.stringify({ a: [1, { b: 'x: y' }], c: null, d: 'a\nb', e: 1.5 }),
      yaml.parseAllDocuments('--- 1\n--- [a, b]\n...\n').map(String),
      yaml.parseDocument('a: [1').errors.map(({ message }) => message),
    ],
    qs: (qs: { parse: (text: string) => unknown; stringify: (value: unknown) => string }) => [
      qs.parse('a[b][c]=1&a[d][]=2&e=%20x&a[d][]=3'),
      qs.stringify({ a: [1, 2, { b: 'c d' }], e: null }),
    ],
    picomatch: (picomatch: typeof Picomatch) =>
      ['src/**/*.{ts,js}', '!(a|b)*', '[a-c]?', '**/x'].map((glob) =>
        ['src/a/b.ts', 'bx', 'a', 'q/x', 'ax'].map((path) => picomatch(glob)(path)),
      ),
    'magic-string': ({ default: MagicString }: { default: typeof MagicStringClass }) => {
      const text = new MagicString('let a = 1;\nlet b = 2;\n')
        .overwrite(4, 5, 'x')
        .appendLeft(11, '/* y */')
        .move(0, 4, 10)
      return [text.toString(), text.generateMap({ hires: true }).toString()]
    },
  } as const

  it.each(Object.keys(samples) as (keyof typeof samples)[])('%s', (name) => {
    const use = samples[name] as (exports: unknown) => unknown
    const expected = use(require(name))
    const { exports, points, notes } = loadPackage(name)
    expect(points).toBeGreaterThan(5)
    expect(notes).toBeLessThanOrEqual(points / 10)
    for (const on of [false, true]) {
      for (const { name: rule } of rulesRuntime().rules()) setRuleEnabled(rule, on)
      expect(use(exports)).toEqual(expected)
    }
  })
})

describe('the transformer', () => {
  it("leaves every character of this repository's sources on its line, in its order, and writes what can be parsed", () => {
    const root = new URL('../../../', import.meta.url).pathname
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /^(agent|web|query)\/src\/.*\.tsx?$/.test(path),
    )
    let points = 0
    for (const path of files.filter((_, index) => index % 5 === 0)) {
      const source = readFileSync(join(root, path), 'utf8')
      const result = instrument(source, join(root, path))
      points += result.points
      parseModule(result.code, path)
      expect(withoutInsertions(result.code, source), relative(root, path)).toBe(true)
      expect(result.code.split('\n').length).toBe(source.split('\n').length)
    }
    expect(points).toBeGreaterThan(200)
  })

  it('with anything for a program either changes it into one or says that it is none', () => {
    const words = fc.constantFrom(
      'function f',
      '()',
      '{',
      '}',
      '=>',
      'async ',
      'await ',
      'yield ',
      '*',
      'return ',
      'class A ',
      'a',
      ';',
      '\n',
      'for await (',
      'const x of ',
      ')',
      '"use strict"',
      ', ',
      '`',
      '${',
      '//x',
      '/*',
      '*/',
      '#p',
      '@d ',
      'get ',
      '<T>',
      ': any',
      '😀',
      'super()',
      'try ',
      'finally ',
      'catch ',
      'import ',
      'export default ',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(words, { maxLength: 25 }).map((parts) => parts.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (source) => {
          for (const path of ['/x/a.cjs', '/x/a.ts']) {
            let code: string
            try {
              ;({ code } = instrument(source, path))
            } catch (error) {
              expect(error).toBeInstanceOf(SyntaxError)
              continue
            }
            if (code === source) continue
            parseModule(code, path)
            expect(withoutInsertions(code, source)).toBe(true)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })
})

/** Whether a text is another one with insertions: its characters are all there, in their order. */
function withoutInsertions(code: string, source: string): boolean {
  let at = 0
  for (let index = 0; index < code.length && at < source.length; index++) if (code[index] === source[at]) at++
  return at === source.length
}
