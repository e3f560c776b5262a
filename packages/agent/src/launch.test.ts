import { describe, expect, it } from 'vitest'
import { launchPlan, REGISTER_URL, type LaunchPlan, type LaunchRequest } from './launch.ts'

function plan(command: string, args: string[] = [], more: Partial<LaunchRequest> = {}): LaunchPlan {
  return launchPlan({ command, args, env: {}, findOnPath: () => undefined, ...more })
}

describe('launchPlan', () => {
  it.each(['node', 'npm', 'npx', 'bash', 'make', '/usr/bin/node'])(
    'puts the agent into every Node process of %s',
    (command) => {
      const { env, command: started, notes } = plan(command, ['x'])
      expect(started).toBe(command)
      expect(env['NODE_OPTIONS']).toBe(`--import ${REGISTER_URL}`)
      expect(env).toMatchObject({
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_METRICS_EXPORTER: 'otlp',
        OTEL_LOGS_EXPORTER: 'otlp',
      })
      // Each Node process names itself, or `npm start` would give one name to everything it starts.
      expect(env).not.toHaveProperty('OTEL_SERVICE_NAME')
      expect(notes).toEqual([])
    },
  )

  it('keeps what the user has set, and adds to NODE_OPTIONS only once', () => {
    const env = {
      NODE_OPTIONS: '--max-old-space-size=512',
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_SERVICE_NAME: 'mine',
      KEPT: '1',
    }
    const first = plan('node', ['app.js'], { env })
    expect(first.env).toMatchObject({
      NODE_OPTIONS: `--max-old-space-size=512 --import ${REGISTER_URL}`,
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_SERVICE_NAME: 'mine',
      KEPT: '1',
    })
    expect(plan('node', ['app.js'], { env: first.env }).env['NODE_OPTIONS']).toBe(first.env['NODE_OPTIONS'])
  })

  it('lets explicit service and endpoint win', () => {
    const env = { OTEL_SERVICE_NAME: 'old', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://old:1' }
    const { env: result } = plan('node', [], { env, service: 'new', endpoint: 'http://new:2' })
    expect(result).toMatchObject({ OTEL_SERVICE_NAME: 'new', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://new:2' })
    expect(plan('node', [], { env }).env['OTEL_EXPORTER_OTLP_ENDPOINT']).toBe('http://old:1')
  })

  it.each([
    [['./bin/till', 'serve'], 'till'],
    [['python3', '-u', 'jobs/worker.py'], 'worker'],
    [['java', '-jar', 'target/orders.jar'], 'orders'],
    [['gunicorn', 'shop:app'], 'gunicorn'],
  ])('names %j after its program', ([command = '', ...args], name) => {
    expect(plan(command, args).env['OTEL_SERVICE_NAME']).toBe(name)
  })

  it('does not name a service that OTEL_RESOURCE_ATTRIBUTES names', () => {
    const env = { OTEL_RESOURCE_ATTRIBUTES: 'team=a, service.name=b' }
    expect(plan('./till', [], { env }).env).not.toHaveProperty('OTEL_SERVICE_NAME')
  })
})

describe('launchPlan for Python', () => {
  it.each(['python', 'python3', 'python3.12', 'uvicorn', 'celery', 'C:\\Python\\python.exe'])(
    '%s goes through opentelemetry-instrument',
    (command) => {
      const findOnPath = (): string => '/usr/bin/opentelemetry-instrument'
      const { command: started, args, notes } = plan(command, ['app.py'], { findOnPath })
      expect([started, ...args]).toEqual(['/usr/bin/opentelemetry-instrument', command, 'app.py'])
      expect(notes).toEqual([])
    },
  )

  it('takes the wrapper of the virtual environment whose Python is started', () => {
    const asked: string[] = []
    const findOnPath = (name: string): string => {
      asked.push(name)
      return name
    }
    expect(plan('.venv/bin/python', ['app.py'], { findOnPath }).command).toBe('.venv/bin/opentelemetry-instrument')
    expect(asked).toEqual(['.venv/bin/opentelemetry-instrument'])
  })

  it('says in one line what to install when the wrapper is missing', () => {
    const { command, args, notes } = plan('python', ['app.py'])
    expect([command, ...args]).toEqual(['python', 'app.py'])
    expect(notes).toEqual([expect.stringContaining('pip install opentelemetry-distro opentelemetry-exporter-otlp')])
    expect(notes[0]).not.toContain('\n')
  })

  it('tells how to do it under a project runner', () => {
    expect(plan('uv', ['run', 'app.py']).notes).toEqual([expect.stringContaining('uv run opentelemetry-instrument')])
    expect(plan('uv', ['run', 'opentelemetry-instrument', 'python', 'app.py']).notes).toEqual([])
  })
})

describe('launchPlan for others', () => {
  it('hints at what the environment alone cannot do', () => {
    expect(plan('java', ['-jar', 'a.jar']).notes).toEqual([expect.stringContaining('-javaagent')])
    expect(plan('java', ['-javaagent:x.jar', '-jar', 'a.jar']).notes).toEqual([])
    expect(plan('java', ['-jar', 'a.jar'], { env: { JAVA_TOOL_OPTIONS: '-javaagent:x.jar' } }).notes).toEqual([])
  })

  it('turns on what Deno brings along', () => {
    expect(plan('deno', ['run', 'a.ts']).env['OTEL_DENO']).toBe('true')
  })
})
