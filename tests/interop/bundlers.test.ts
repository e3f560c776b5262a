import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'

const root = fileURLToPath(new URL('../..', import.meta.url))
const bundlers = join(root, '.cache', 'interop-bundlers')
const register = new URL('../../packages/agent/dist/register.js', import.meta.url).href
const app = join(bundlers, 'app')

const RULES = `price_span:
  target: $root
  where: { class: OrderService, func: price }
  do: { span: { name: 'price {$args.0.id}', attributes: { got: $result } } }
dead: { target: $root, where: { func: nobody }, do: { span: {} } }
`
const SERVICE = `export class OrderService {
  async price(order) {
    await null
    if (order.id > 5)
      throw new RangeError('too much')
    return order.id * 2
  }
}
`

function write(path: string, text: string): void {
  mkdirSync(dirname(join(app, path)), { recursive: true })
  writeFileSync(join(app, path), text)
}

beforeAll(() => {
  rmSync(app, { recursive: true, force: true })
  write('package.json', JSON.stringify({ name: 'shop', version: '1.0.0', private: true }))
  write('clew.rules.yaml', RULES)
  mkdirSync(join(app, 'node_modules', '@clew'), { recursive: true })
  for (const name of ['build', 'agent', 'base']) {
    symlinkSync(join(root, 'packages', name), join(app, 'node_modules', '@clew', name))
  }
  write('src/order-service.js', SERVICE)
  write(
    'src/main.js',
    `import { OrderService } from './order-service.js'\nconst s = new OrderService()\ns.price({ id: 2 }).then(console.log).then(() => s.price({ id: 9 })).catch((e) => console.log(e.stack))\n`,
  )
})
/** The environment of a user's shell: the runner of these tests makes Node read sources. */
function withoutConditions(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, ...env } = process.env
  return env
}

afterAll(() => rmSync(app, { recursive: true, force: true }))

async function expectInstrumented(path: string): Promise<void> {
  const alone = spawnSync(process.execPath, ['--enable-source-maps', path], { encoding: 'utf8' })
  expect(alone.stdout).toMatch(/^4\n/)
  const sink = await OtlpSink.start()
  try {
    const child = spawn(process.execPath, ['--import', register, path], {
      env: { ...withoutConditions(), OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, CLEW_EXIT_BUDGET_MS: '15000' },
    })
    await new Promise((done) => child.on('close', done))
    expect(sink.spans.map(({ name, values }) => [name, values['got']])).toEqual([
      ['price 2', 4],
      ['price 9', undefined],
    ])
  } finally {
    await sink.close()
  }
}

const BUNDLE = `import { createRequire } from 'node:module'
const [name, after, out] = process.argv.slice(2)
const load = createRequire(process.env.BUNDLERS + '/package.json')
const bundle = name === 'webpack' ? load('webpack') : load('@rspack/core').rspack
const { ClewRulesPlugin } = await import('@clew/build/' + name)
bundle({ context: process.cwd(), mode: 'production', target: 'node', devtool: 'source-map', entry: './src/main.js', output: { path: out, filename: 'main.cjs' }, plugins: after === 'none' ? [] : [new ClewRulesPlugin({ after: after === 'true' })] }, (error, stats) => {
  if (error) throw error
  console.log(JSON.stringify({ errors: stats.compilation.errors.map(String), warnings: [...stats.compilation.warnings].map(String) }))
})
`

function bundle(name: string, mode: string, out: string): { errors: string[]; warnings: string[] } {
  const env = { ...withoutConditions(), BUNDLERS: bundlers }
  const args = [join(app, 'bundle.mjs'), name, mode, out]
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: app, env, encoding: 'utf8' })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as { errors: string[]; warnings: string[] }
}

/** File, line and column of the error the program prints. */
function thrownAt(path: string): string {
  const { stdout } = spawnSync(process.execPath, ['--enable-source-maps', path], { encoding: 'utf8' })
  const [, place = ''] = /(order-service\.js:\d+:\d+)/.exec(stdout) ?? []
  expect(place).toMatch(/^order-service\.js:5:/)
  return place
}

describe.each(['webpack', 'rspack'])('%s', (name) => {
  it.each([
    ['before', false],
    ['after', true],
  ] as const)(
    'puts rules in %s other loaders, keeps positions, and warns of a rule that matches nothing',
    async (_when, after) => {
      write('bundle.mjs', BUNDLE)
      const out = join(app, `out-${name}-${after}`)
      const { errors, warnings } = bundle(name, String(after), out)
      expect(errors).toEqual([])
      expect(warnings.join('\n')).toMatch(/rule dead \(.*clew\.rules\.yaml:5\) matched nothing/)
      // Each minifier has its own idea of where an expression begins.
      const bare = join(app, `out-${name}-none`)
      bundle(name, 'none', bare)
      expect(thrownAt(join(out, 'main.cjs'))).toBe(thrownAt(join(bare, 'main.cjs')))
      await expectInstrumented(join(out, 'main.cjs'))
    },
  )
})

describe('Next.js', () => {
  beforeAll(() => {
    write(
      'app/layout.js',
      `export default function Layout({ children }) { return <html><body>{children}</body></html> }\n`,
    )
    write(
      'app/api/price/route.ts',
      `import { OrderService } from '../../../src/order-service.js'\nexport const dynamic = 'force-dynamic'\nexport async function GET(): Promise<Response> { return Response.json({ price: await new OrderService().price({ id: 3 }) }) }\n`,
    )
    write(
      'next.config.mjs',
      `import { withClew } from '@clew/build/next'\nexport default withClew({ distDir: process.env.DIST, turbopack: { root: ${JSON.stringify(root)} }, typescript: { ignoreBuildErrors: true } })\n`,
    )
  })

  it.each([
    ['webpack', '--webpack'],
    ['Turbopack', '--turbopack'],
  ])('with %s has the rules in a route, and the span under the request', async (name, flag) => {
    const env = { ...withoutConditions(), DIST: `.next-${name}`, NEXT_TELEMETRY_DISABLED: '1', CI: '1' }
    const next = join(bundlers, 'node_modules', 'next', 'dist', 'bin', 'next')
    const built = spawnSync(process.execPath, [next, 'build', flag], { cwd: app, env, encoding: 'utf8' })
    expect(built.status, built.stdout + built.stderr).toBe(0)
    if (name === 'webpack') expect(built.stdout + built.stderr).toContain('rule dead')
    const sink = await OtlpSink.start()
    const server = spawn(process.execPath, [next, 'start', '--port', '0'], {
      cwd: app,
      env: { ...env, NODE_OPTIONS: `--import ${register}`, OTEL_EXPORTER_OTLP_ENDPOINT: sink.url },
    })
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let text = ''
        const look = (chunk: Buffer): void => {
          text += chunk.toString()
          const found = /http:\/\/localhost:(\d+)/.exec(text)
          if (found !== null && /Ready/.test(text)) resolve(`http://127.0.0.1:${found[1]}`)
        }
        server.stdout.on('data', look)
        server.stderr.on('data', look)
        server.on('close', () => reject(new Error(text)))
      })
      expect(await (await fetch(`${url}/api/price`)).json()).toEqual({ price: 6 })
      const span = await sink.waitFor(() => sink.spans.find((one) => one.name === 'price 3'), 'the span of the rule')
      expect(span.values['got']).toBe(6)
      expect(span.parentSpanId).toBeDefined()
    } finally {
      server.kill('SIGTERM')
      await new Promise((done) => server.on('close', done))
      await sink.close()
    }
  })
})
