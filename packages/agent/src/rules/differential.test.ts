import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { compileFunction } from 'node:vm'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AgentContextManager } from '../context/agent-context.ts'
import { parseRules } from './parse-rules.ts'
import { rulesRuntime, setRuleEnabled } from './rule-switches.ts'
import { generateProgram } from './testdata/program-generator.ts'
import { instrumentModule } from './transform/instrument-module.ts'

const RULES = parseRules(
  `
everything:
  target: $root
  where: { func: '*' }
  do:
    - span: { attributes: { first: $args.0, second: $args.1.id, self: $this, result: $result, failure: $error.message } }
    - event: { name: in, when: exit, attributes: { all: $args } }
# These hand on promises of others, which then come one step later: the one thing that can be noticed.
drivers:
  target: $root
  where: { func: [drive, attempt, tick] }
  do: { skip: true }
calls:
  target: $root
  where: { call: twice }
  do: { span: { attributes: { n: $args.0 } } }
`,
  'clew.rules.yaml',
)

const exporter = new InMemorySpanExporter()
const manager = new AgentContextManager()

beforeAll(() => {
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
  context.setGlobalContextManager(manager.enable())
  for (const { name } of RULES) rulesRuntime().declare(name, false)
})
afterAll(() => {
  trace.disable()
  context.disable()
})

function instrument(source: string): { code: string; points: number; skipped: number } {
  const file = {
    path: '/app/a.cjs',
    packageName: 'app',
    packageVersion: '1.0.0',
    packageRoot: '/app',
    pathInPackage: 'a.cjs',
    installed: false,
  }
  const { output, matched, notes } = instrumentModule({
    source,
    file,
    inputMap: undefined,
    rules: RULES,
    importRuntime: () => '',
  })
  return { code: output?.code ?? source, points: matched.get('everything') ?? 0, skipped: notes.length }
}

/** What a program logs, and whether it ever saw another context than its own. */
async function run(code: string): Promise<{ lines: string[]; leaks: number }> {
  const lines: string[] = []
  const log = (...words: unknown[]): void => void lines.push(words.map(String).join(' '))
  const program = compileFunction(code, ['log']) as (log: unknown) => unknown
  let leaks = 0
  await manager.storage.run(ROOT_CONTEXT, async () => {
    try {
      const ended = program(log)
      if (manager.active() !== ROOT_CONTEXT) leaks++
      await ended
    } catch (error) {
      log('program threw', error)
    }
    if (manager.active() !== ROOT_CONTEXT) leaks++
  })
  return { lines, leaks }
}

function switchAll(on: boolean): void {
  for (const { name } of rulesRuntime().rules()) setRuleEnabled(name, on)
}

it('generated programs do the same in the same order: as they are, instrumented and off, instrumented and on', async () => {
  let points = 0
  let lines = 0
  let skipped = 0
  let recorded = 0
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
      const source = generateProgram(seed)
      const plain = await run(source)
      const instrumented = instrument(source)
      points += instrumented.points
      lines += plain.lines.length
      skipped += instrumented.skipped
      switchAll(false)
      expect((await run(instrumented.code)).lines, instrumented.code).toEqual(plain.lines)
      switchAll(true)
      const on = await run(instrumented.code)
      expect(on.lines, instrumented.code).toEqual(plain.lines)
      expect(on.leaks, instrumented.code).toBe(0)
      recorded += exporter.getFinishedSpans().length
      exporter.reset()
    }),
    { numRuns: Number(process.env['CLEW_TEST_RUNS'] ?? 150) },
  )
  expect(
    rulesRuntime()
      .rules()
      .map(({ name, failures, lastFailure }) => ({ name, failures, lastFailure })),
  ).toEqual([
    { name: 'everything', failures: 0, lastFailure: undefined },
    { name: 'drivers', failures: 0, lastFailure: undefined },
    { name: 'calls', failures: 0, lastFailure: undefined },
  ])
  // The programs are no empty ones, and nearly all of their functions are instrumented.
  expect(points).toBeGreaterThan(300)
  expect(lines).toBeGreaterThan(3000)
  expect(recorded).toBeGreaterThan(3000)
  expect(skipped).toBeLessThan(points / 5)
})
