import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'
import { buildAgent } from '../testdata/build-agent.ts'
import { runProgram, type Ended } from '../testdata/run-program.ts'
import { REGISTER_URL } from '../launch.ts'

let folder: string
let sink: OtlpSink

beforeAll(buildAgent, 120_000)
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clew-rules-test-'))
  write('package.json', JSON.stringify({ name: 'shop', version: '1.0.0' }))
  sink = await OtlpSink.start()
})
afterEach(async () => {
  await sink.close()
  rmSync(folder, { recursive: true, force: true })
})

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

async function run(path: string, rules: string, more: Record<string, string> = {}): Promise<Ended> {
  write('clew.rules.yaml', rules)
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    CLEW_EXIT_BUDGET_MS: '15000',
    CLEW_RULES: join(folder, 'clew.rules.yaml'),
    ...more,
  }
  return runProgram(join(folder, path), [], env, ['--enable-source-maps', '--import', REGISTER_URL]).ended
}

const findings = (kind: string): (string | undefined)[] =>
  sink.logs.filter(({ values }) => values['clew.finding.kind'] === kind).map(({ text }) => text)

const PRICE = `price: { target: $root, where: { func: price }, do: { span: { attributes: { id: $args.0.id, got: $result } } } }\n`

describe('rules when modules load', () => {
  it.each([
    [
      'CommonJS',
      'app.cjs',
      `async function price(o) { await null; return o.id * 2 }\nprice({ id: 4 }).then(console.log)`,
    ],
    [
      'an ES module',
      'app.mjs',
      `export async function price(o) { await null; return o.id * 2 }\nconsole.log(await price({ id: 4 }))`,
    ],
    [
      'CommonJS that is imported',
      'main.mjs',
      `import { price } from '${'./lib.cjs'}'\nconsole.log(await price({ id: 4 }))`,
    ],
  ])('work in %s', async (_name, path, text) => {
    write('lib.cjs', `exports.price = async (o) => { await null; return o.id * 2 }\n`)
    write(path, text)
    expect(await run(path, PRICE)).toMatchObject({ code: 0, stdout: '8\n', stderr: '' })
    expect(sink.spans.map(({ name, values }) => [name, values['id'], values['got']])).toEqual([['price', 4, 8]])
    expect(findings('rule-matched-nothing')).toEqual([])
  })

  it('reach installed packages by name and version', async () => {
    for (const [name, version] of [
      ['till', '2.1.0'],
      ['old-till', '1.0.0'],
    ] as const) {
      write(`node_modules/${name}/package.json`, JSON.stringify({ name, version, main: 'index.js' }))
      write(`node_modules/${name}/index.js`, `exports.Till = class Till { ring(n) { return n + 1 } }\n`)
    }
    write(
      'app.cjs',
      `for (const name of ['till', 'old-till']) { const { Till } = require(name); console.log(new Till().ring(1)) }`,
    )
    const rule = `r: { target: '*till', version: '>=2 <3', where: { class: Till, func: ring }, do: { span: { name: 'ring {$args.0}' } } }\n`
    expect(await run('app.cjs', rule)).toMatchObject({ code: 0, stdout: '2\n2\n' })
    expect(sink.spans.map(({ name, values }) => [name, values['code.function.name']])).toEqual([
      ['ring 1', 'Till.ring'],
    ])
  })

  it('keep stack traces at the positions of the oldest source, through the map a module brings', async () => {
    const { default: MagicString } = await import('magic-string')
    const source = `// first line\nexport function price(o) {\n  if (o.id > 1) throw new RangeError('too much')\n  return o.id\n}\n`
    write('src/price.ts', source)
    const text = new MagicString(source).prepend('/* compiled */\n\n')
    const map = text.generateMap({ source: '../src/price.ts', hires: true, includeContent: true })
    write('dist/price.mjs', `${text.toString()}//# sourceMappingURL=price.mjs.map\n`)
    write('dist/price.mjs.map', map.toString())
    write(
      'app.mjs',
      `import { price } from '${'./dist/price.mjs'}'\ntry { price({ id: 2 }) } catch (error) { console.log(error.stack) }`,
    )
    const rules = `${PRICE}line: { target: $root, where: { file: src/price.ts, line: 4 }, do: { log: { body: 'line {$vars.o.id}' } } }\n`
    const { stdout } = await run('app.mjs', rules)
    expect(stdout).toContain(`${join(folder, 'src/price.ts')}:3:23`)
    expect(stdout).toContain(`${join(folder, 'app.mjs')}:2:7`)
    expect(sink.spans[0]?.values).toMatchObject({ 'code.file.path': 'src/price.ts', 'code.line.number': 2 })
  })

  it('are applied once when a build has done it before', async () => {
    write('app.mjs', `export function price(o) { return o.id }\nprice({ id: 1 })\n`)
    const { createRewriter } = await import('./rules-rewriter.ts')
    const rewriter = createRewriter({ files: [{ path: 'x', text: PRICE }], root: folder })
    const path = join(folder, 'app.mjs')
    const code =
      rewriter.rewrite({
        path,
        format: 'esm',
        source: `export function price(o) { return o.id }\nprice({ id: 1 })\n`,
      }) ?? ''
    expect(rewriter.rewrite({ path, format: 'esm', source: code })).toBeUndefined()
    write('app.mjs', code)
    await run('app.mjs', PRICE)
    expect(sink.spans.filter(({ name }) => name === 'price')).toHaveLength(1)
    expect(findings('rule-matched-nothing')).toEqual([])
  })

  it('that match nothing are a finding, those that do are none', async () => {
    write('app.cjs', `function price() {} price({})`)
    await run('app.cjs', `${PRICE}nobody: { target: $root, where: { func: nobody }, do: { span: {} } }\n`)
    expect(findings('rule-matched-nothing')).toEqual([
      expect.stringMatching(/^rule nobody \(.*clew\.rules\.yaml:2\) matched nothing/),
    ])
  })

  it('leave what they cannot wrap, and say so', async () => {
    write('app.cjs', `function price(a) { function a() { return 3 } return arguments[0]() }\nconsole.log(price(1))`)
    expect(await run('app.cjs', PRICE)).toMatchObject({ code: 0, stdout: '3\n' })
    expect(findings('rule-not-applied')).toEqual([
      expect.stringContaining(
        'price in app.cjs:1 is left as it is: it declares function a, which is a parameter as well',
      ),
    ])
  })

  it('in a file with mistakes are not used, and every mistake is a finding', async () => {
    write('app.cjs', `function price() { console.log('ran') } price({})`)
    expect(await run('app.cjs', `r:\n  target: $root\n  where: { fnc: price }\n  do: { spam: {} }\n`)).toMatchObject({
      code: 0,
      stdout: 'ran\n',
      stderr: '',
    })
    expect(findings('configuration')).toEqual([
      expect.stringContaining("clew.rules.yaml:3:12: where has no key 'fnc'; did you mean 'func'?"),
      expect.stringContaining("there is no action 'spam'"),
    ])
    expect(sink.spans).toEqual([])
  })

  it('with a module that cannot be parsed let Node say so itself', async () => {
    write('app.cjs', `function price( { `)
    const { code, stderr } = await run('app.cjs', PRICE)
    expect(code).toBe(1)
    expect(stderr).toContain('SyntaxError')
  })

  it('load hooks from beside their file', async () => {
    write(
      'hooks.mjs',
      `export const before = (about) => { about.state.n = about.args[0].id }\nexport const after = ({ name, state, result }) => console.log(name, state.n, result)\nexport const broken = () => { throw new Error('no') }`,
    )
    write('app.cjs', `class Till { price(o) { return o.id + 1 } } console.log(new Till().price({ id: 1 }))`)
    const rules = `a: { target: $root, where: { class: Till }, do: { inject_hooks: { path: ./hooks.mjs, before: before, after: after } } }\nb: { target: $root, where: { class: Till }, do: { inject_hooks: { path: ./hooks.mjs, before: broken } } }\n`
    expect(await run('app.cjs', rules)).toMatchObject({ code: 0, stdout: 'Till.price 1 2\n2\n' })
    expect(findings('plugin-failed')).toEqual(['rule b: Error: no'])
  })
})
