import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildAgent } from '@clew/agent/testdata/build-agent'
import { runProgram } from '@clew/agent/testdata/run-program'
import { OtlpSink } from '@clew/testkit/otlp-sink'
import { build as esbuild } from 'esbuild'
import { rollup } from 'rollup'
import { build as viteBuild, type Plugin } from 'vite'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { BuildRules } from './build-rules.ts'
import { instrumentEmitted } from './emitted.ts'
import { clew as esbuildPlugin } from './esbuild.ts'
import { clew as rollupPlugin } from './rollup.ts'
import { buildWithCommand } from './run-build.ts'
import { makeShopApp, PRINTED, THROWN_AT } from './testdata/shop-app.ts'
import { clew as vitePlugin } from './vite.ts'

let app: Awaited<ReturnType<typeof makeShopApp>>
let sink: OtlpSink
let warnings: string[]

beforeAll(() => {
  buildAgent()
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const { status, stdout } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'packages/build'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stdout)
}, 120_000)
beforeEach(async () => {
  app = await makeShopApp()
  sink = await OtlpSink.start()
  warnings = []
})
afterEach(async () => {
  await sink.close()
  await app.remove()
})
const inApp = (path: string): string => join(app.folder, path)
const settings = (): { root: string } => ({ root: app.folder })

/** Runs what was built by itself, then under the agent, and looks at what is printed and what arrives. */
async function expectInstrumented(path: string): Promise<void> {
  const alone = spawnSync(process.execPath, ['--enable-source-maps', path], { encoding: 'utf8' })
  expect(alone.stderr).toBe('')
  expect(alone.stdout.split('\n')[0]).toBe(PRINTED)
  expect(alone.stdout).toContain(THROWN_AT)
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, CLEW_EXIT_BUDGET_MS: '15000' }
  const ended = await runProgram(path, [], env).ended
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(ended.stdout).toMatch(/^hook 7\n/)
  const [price, tooMuch] = sink.spans.filter(({ name }) => name?.startsWith('price '))
  const rounds = sink.spans.filter(({ name }) => name === 'round')
  expect(price).toMatchObject({
    name: 'price 7',
    scope: '@clew/agent/rules',
    values: { 'order.id': 7, text: PRINTED, 'code.file.path': 'src/order-service.ts', 'code.line.number': 11 },
  })
  expect(price?.events?.map(({ name }) => name)).toEqual(['limit'])
  expect(rounds.map(({ parentSpanId, values }) => [parentSpanId, values['value']])).toEqual([[price?.spanId, 12.5]])
  expect(tooMuch).toMatchObject({
    name: 'price 8',
    status: { code: 2, message: 'too much' },
    values: { 'error.type': 'RangeError' },
  })
}

const onlyDead = (): void =>
  expect(warnings).toEqual([
    expect.stringMatching(/rule dead \(.*clew\.rules\.yaml:18\) matched nothing in this build/),
  ])

describe('a TypeScript program with rules, built by', () => {
  it('esbuild', async () => {
    const result = await esbuild({
      entryPoints: [inApp('src/main.ts')],
      outfile: inApp('out/main.js'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      sourcemap: true,
      plugins: [esbuildPlugin(settings())],
      logLevel: 'silent',
    })
    warnings = result.warnings.map(({ text }) => text)
    onlyDead()
    await expectInstrumented(inApp('out/main.js'))
  })

  it('rollup, with esbuild for the types', async () => {
    const { transform } = await import('esbuild')
    const types = {
      name: 'types',
      transform: async (code: string, id: string) =>
        id.endsWith('.ts')
          ? transform(code, { loader: 'ts', sourcemap: true, sourcefile: id, target: 'es2022' })
          : null,
    }
    const bundle = await rollup({
      input: inApp('src/main.ts'),
      plugins: [types, rollupPlugin(settings())],
      onwarn: ({ message }) => void warnings.push(message),
      external: [/^[^./]/],
    })
    await bundle.write({ file: inApp('out/main.js'), sourcemap: true, format: 'es' })
    onlyDead()
    await expectInstrumented(inApp('out/main.js'))
  })

  it('vite, for the server', async () => {
    const customLogger = {
      info() {},
      warn: (text: string) => void warnings.push(text),
      warnOnce() {},
      error() {},
      clearScreen() {},
      hasErrorLogged: () => false,
      hasWarned: false,
    }
    await viteBuild({
      root: app.folder,
      configFile: false,
      customLogger,
      plugins: [vitePlugin(settings()) as Plugin],
      build: { ssr: 'src/main.ts', outDir: 'out', sourcemap: true, emptyOutDir: true },
    })
    onlyDead()
    await expectInstrumented(inApp('out/main.js'))
  })

  it('`clew build -- vite build`, with no word of it in the configuration', async () => {
    writeFileSync(
      inApp('vite.config.mjs'),
      `export default { build: { ssr: 'src/main.ts', outDir: 'out', sourcemap: true }, logLevel: 'silent' }\n`,
    )
    const vite = fileURLToPath(new URL('../../../node_modules/vite/bin/vite.js', import.meta.url))
    const outcome = await buildWithCommand([process.execPath, vite, 'build'], {
      rules: 'clew.rules.yaml',
      root: app.folder,
      env: process.env,
      out: [],
    })
    expect(outcome.exitCode).toBe(0)
    expect(Object.fromEntries(outcome.matched)).toEqual({ price_span: 1, round_span: 1, limit_event: 1, hooked: 1 })
    warnings = [...outcome.warnings]
    onlyDead()
    await expectInstrumented(inApp('out/main.js'))
  })
})

describe('emitted JavaScript', () => {
  // Compilers leave comments out, directives with them.
  beforeEach(() => {
    const path = inApp('clew.rules.yaml')
    writeFileSync(path, readFileSync(path, 'utf8').replace('directive: clew:span', 'func: round'))
  })

  async function emit(format: 'esm' | 'cjs', sourcemap: boolean | 'inline'): Promise<string> {
    await esbuild({
      entryPoints: [...(format === 'esm' ? [inApp('src/main.ts')] : []), inApp('src/order-service.ts')],
      outdir: inApp('dist'),
      platform: 'node',
      format,
      sourcemap,
      logLevel: 'silent',
      ...(format === 'cjs' ? { outExtension: { '.js': '.cjs' } } : {}),
    })
    return inApp('dist')
  }

  it.each([
    ['beside it', true],
    ['inline', 'inline'],
  ] as const)('is changed in place, its map %s too, and once only', async (_name, sourcemap) => {
    const folder = await emit('esm', sourcemap)
    const main = join(folder, 'main.js')
    writeFileSync(main, readFileSync(main, 'utf8').replace('./order-service.ts', './order-service.js'))
    const rules = new BuildRules(settings())
    expect(await instrumentEmitted([folder], rules)).toEqual({ files: 2, changed: 1 })
    warnings = [...rules.warnings()]
    onlyDead()
    const once = readFileSync(join(folder, 'order-service.js'), 'utf8')
    await expectInstrumented(main)
    const again = new BuildRules(settings())
    expect(await instrumentEmitted([folder], again)).toEqual({ files: 2, changed: 0 })
    expect(again.warnings()).toEqual(rules.warnings())
    expect(readFileSync(join(folder, 'order-service.js'), 'utf8')).toBe(once)
  })

  it('brings the runtime along, for CommonJS as well, and needs no package of Clew', async () => {
    await emit('cjs', true)
    const path = inApp('dist/order-service.cjs')
    await instrumentEmitted([inApp('dist')], new BuildRules(settings()))
    expect(readFileSync(path, 'utf8')).toContain('require("./_clew/runtime/install.js")')
    expect(existsSync(inApp('dist/_clew/runtime/install.js'))).toBe(true)
    const code = `const { OrderService } = require(${JSON.stringify(path)}); new OrderService().price({ id: 1, total: 10 }).then(console.log)`
    const ended = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' })
    expect(ended.stderr).toBe('')
    expect(ended.stdout).toContain(PRINTED)
  })

  it('of a command without a bundler is found', async () => {
    const script = `import { writeFileSync, mkdirSync } from 'node:fs'; mkdirSync('dist', { recursive: true }); writeFileSync('dist/a.js', 'export class OrderService { async price(order) { return order } }')`
    writeFileSync(inApp('compile.mjs'), script)
    const outcome = await buildWithCommand([process.execPath, 'compile.mjs'], {
      rules: 'anywhere.rules.yaml',
      root: app.folder,
      env: process.env,
      out: [],
    }).catch((error: unknown) => error)
    expect(outcome).toMatchObject({ code: 'RULES_UNREADABLE' })
    writeFileSync(inApp('any.yaml'), `price: { target: $root, where: { func: price }, do: { span: {} } }\n`)
    expect(
      await buildWithCommand([process.execPath, 'compile.mjs'], {
        rules: 'any.yaml',
        root: app.folder,
        env: process.env,
        out: [],
      }),
    ).toMatchObject({ exitCode: 0, matched: new Map([['price', 1]]), warnings: [] })
    const { href } = pathToFileURL(inApp('dist/a.js'))
    expect(dirname(fileURLToPath(href))).toBe(inApp('dist'))
    expect(readFileSync(inApp('dist/a.js'), 'utf8')).toContain('clew.rules.1')
  })
})
