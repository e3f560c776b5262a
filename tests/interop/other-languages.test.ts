import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  eventually,
  newDataDir,
  removeDataDirs,
  spawnClew,
  startClew,
  type ClewProcess,
  type Running,
} from '../clew-process.ts'

const root = join(import.meta.dirname, '..', '..')
const PROGRAMS = join(import.meta.dirname, 'languages')
const VENV = join(root, '.cache', 'interop-flask')
const JAR = join(root, '.cache', 'interop-java', 'opentelemetry-javaagent.jar')

let clew: ClewProcess
const running: Running[] = []

beforeAll(async () => {
  for (const path of [join(VENV, 'bin', 'python'), JAR]) {
    if (!existsSync(path)) throw new Error(`${path} is missing: run scripts/interop-languages.sh`)
  }
  clew = await startClew()
})
afterAll(async () => {
  for (const { child } of running) child.kill('SIGKILL')
  await clew?.stop()
  removeDataDirs()
})

/** `clew run --service NAME -- COMMAND`; the base URL once the program has written its port. */
async function run(
  service: string,
  command: (portFile: string) => string[],
  env: Record<string, string> = {},
): Promise<string> {
  const portFile = join(newDataDir(), 'port')
  const program = spawnClew(['run', '--service', service, '--', ...command(portFile)], {
    env: {
      ...clew.env,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_BLRP_SCHEDULE_DELAY: '200',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      ...env,
    },
  })
  running.push(program)
  let over: string | undefined
  void program.finished.then(({ stdout, stderr }) => (over = stdout + stderr))
  const port = await eventually(() => {
    if (over !== undefined) throw new Error(`${service} ended: ${over}`)
    return Promise.resolve(existsSync(portFile) ? readFileSync(portFile, 'utf8') : undefined)
  })
  return `http://127.0.0.1:${port}`
}

const flask = (next?: string) => (portFile: string) => [
  join(VENV, 'bin', 'python'),
  join(PROGRAMS, 'service.py'),
  portFile,
  ...(next === undefined ? [] : [next]),
]

interface Trace {
  readonly services: string[]
  readonly spanCount: number
  readonly orphanCount: number
  readonly rootService: string | null
}

/** The one trace that all of these services are in. */
async function traceOf(services: readonly string[], spans: number): Promise<Trace> {
  return await eventually(async () => {
    const query = encodeURIComponent(`service="${services[0]}"`)
    const found = (await (await fetch(`${clew.ui}/api/traces?q=${query}&limit=20`)).json()) as {
      traces: { traceId: string }[]
    }
    for (const { traceId } of found.traces) {
      const trace = (await (await fetch(`${clew.ui}/api/traces/${traceId}`)).json()) as Trace
      const whole = services.every((service) => trace.services?.includes(service))
      if (whole && trace.spanCount >= spans && trace.orphanCount === 0) return trace
    }
    return undefined
  })
}

describe('programs in other languages, without a change to their code', () => {
  it('three Flask services, one request through all of them: through opentelemetry-instrument, and by sitecustomize', async () => {
    // The last one is started by a shell, which no wrapper stands before: the environment does it.
    const third = await run(
      'flask-c',
      (portFile) => [
        'sh',
        '-c',
        `exec ${flask()(portFile)
          .map((word) => `'${word}'`)
          .join(' ')}`,
      ],
      {
        VIRTUAL_ENV: VENV,
      },
    )
    const second = await run('flask-b', flask(third))
    const first = await run('flask-a', flask(second))
    expect(await (await fetch(`${first}/orders/7`)).text()).toBe('order 7')
    const trace = await traceOf(['flask-a', 'flask-b', 'flask-c'], 5)
    expect([...trace.services].sort()).toEqual(['flask-a', 'flask-b', 'flask-c'])
    expect(trace).toMatchObject({ spanCount: 5, rootService: 'flask-a' })
    const logs = await eventually(async () => {
      const query = encodeURIComponent('service="flask-c"')
      const answer = (await (await fetch(`${clew.ui}/api/logs?q=${query}`)).json()) as {
        logs?: object[]
        records?: object[]
      }
      return JSON.stringify(answer).includes('order 7') ? JSON.stringify(answer) : undefined
    })
    expect(logs).toContain('order 7')
  })

  it('a Java program under the OpenTelemetry Java agent and a Flask service behind a Node gateway are one trace', async () => {
    const python = await run('stock-py', flask())
    const java = await run('stock-java', (portFile) => ['java', join(PROGRAMS, 'Stock.java'), portFile, python], {
      CLEW_JAVA_AGENT: JAR,
    })
    const gateway = await run('gateway', (portFile) => ['node', join(PROGRAMS, 'gateway.mjs'), portFile, java])
    expect(await (await fetch(`${gateway}/orders/9`)).text()).toBe('order 9')
    const trace = await traceOf(['gateway', 'stock-java', 'stock-py'], 5)
    expect(trace).toMatchObject({ rootService: 'gateway', orphanCount: 0 })
    const resource = JSON.stringify(await (await fetch(`${clew.ui}/api/services/stock-java`)).json())
    expect(resource).toContain('host.name')
  })
})
