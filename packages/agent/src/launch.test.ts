import { describe, expect, it } from 'vitest'
import type { LaunchFiles } from './launch/launch-files.ts'
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

/** Files that are there; folders follow from them. */
function filesOf(...paths: string[]): LaunchFiles {
  return {
    isFile: (path) => paths.includes(path),
    list: (folder) => [
      ...new Set(
        paths
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1).split('/')[0]!),
      ),
    ],
    tail: () => Buffer.alloc(0),
  }
}

describe('launchPlan without the wrapper of Python', () => {
  const AUTO = 'opentelemetry/instrumentation/auto_instrumentation'

  it('puts the sitecustomize of the virtual environment on PYTHONPATH', () => {
    const site = `/srv/.venv/lib/python3.11/site-packages/${AUTO}`
    const files = filesOf(`${site}/sitecustomize.py`)
    const direct = plan('/srv/.venv/bin/python', ['app.py'], { files, env: { PYTHONPATH: '/mine' } })
    expect([direct.command, direct.env['PYTHONPATH'], direct.notes]).toEqual([
      '/srv/.venv/bin/python',
      `${site}:/mine`,
      [],
    ])
    for (const command of ['sh', 'make', 'uv']) {
      expect(plan(command, ['x'], { files, env: { VIRTUAL_ENV: '/srv/.venv' } }).env['PYTHONPATH']).toBe(site)
    }
    expect(plan('sh', ['x'], { files }).env['PYTHONPATH']).toBeUndefined()
  })

  it('takes the packages of CLEW_PYTHON_AGENT', () => {
    const files = filesOf(`/agents/py/${AUTO}/sitecustomize.py`)
    const { env } = plan('python3', ['app.py'], { files, env: { CLEW_PYTHON_AGENT: '/agents/py' } })
    expect(env['PYTHONPATH']).toBe(`/agents/py/${AUTO}:/agents/py`)
  })
})

describe('launchPlan for Java', () => {
  const MAVEN = '/u/.m2/repository/io/opentelemetry/javaagent/opentelemetry-javaagent'

  it.each([
    [{ CLEW_JAVA_AGENT: '/a/agent.jar' }, ['/a/agent.jar', 'opentelemetry-javaagent.jar'], '/a/agent.jar'],
    [{}, ['/usr/lib/opentelemetry/jvm/javaagent.jar'], '/usr/lib/opentelemetry/jvm/javaagent.jar'],
    [
      { HOME: '/u' },
      [`${MAVEN}/2.9.0/opentelemetry-javaagent-2.9.0.jar`, `${MAVEN}/2.10.1/opentelemetry-javaagent-2.10.1.jar`],
      `${MAVEN}/2.10.1/opentelemetry-javaagent-2.10.1.jar`,
    ],
  ])('finds its agent by %j', (env, paths, jar) => {
    const files = filesOf(...paths)
    const { args, env: result, notes } = plan('java', ['-jar', 'orders.jar'], { env, files })
    expect(args).toEqual([`-javaagent:${jar}`, '-jar', 'orders.jar'])
    expect(result['JAVA_TOOL_OPTIONS']).toBeUndefined()
    expect(result['OTEL_SERVICE_NAME']).toBe('orders')
    expect(notes).toEqual([])
    for (const command of ['mvn', 'sh']) {
      expect(plan(command, ['x'], { env, files }).env['JAVA_TOOL_OPTIONS']).toBe(`-javaagent:${jar}`)
    }
  })

  it('leaves an agent that is there, keeps other options, and says how to get one', () => {
    const files = filesOf('/a b/agent.jar')
    const env = { CLEW_JAVA_AGENT: '/a b/agent.jar', JAVA_TOOL_OPTIONS: '-Xmx1g' }
    expect(plan('gradle', [], { env, files }).env['JAVA_TOOL_OPTIONS']).toBe('-Xmx1g "-javaagent:/a b/agent.jar"')
    expect(plan('java', ['-javaagent:x.jar', '-jar', 'a.jar'], { env, files }).args).toEqual([
      '-javaagent:x.jar',
      '-jar',
      'a.jar',
    ])
    expect(plan('java', ['-jar', 'a.jar'], { env: { JAVA_TOOL_OPTIONS: '-javaagent:x.jar' } }).notes).toEqual([])
    expect(plan('java', ['-jar', 'a.jar'], { files: filesOf() }).notes).toEqual([
      expect.stringContaining('CLEW_JAVA_AGENT'),
    ])
  })
})

describe('launchPlan for .NET, Ruby, PHP and Go', () => {
  it('.NET gets what its instrumentation documents', () => {
    const native = `/n/linux-${process.arch}/OpenTelemetry.AutoInstrumentation.Native.so`
    const hook = '/n/net/OpenTelemetry.AutoInstrumentation.StartupHook.dll'
    const { env, notes } = plan('dotnet', ['run'], {
      files: filesOf(hook, native),
      env: { OTEL_DOTNET_AUTO_HOME: '/n', DOTNET_STARTUP_HOOKS: '/mine.dll' },
    })
    expect(notes).toEqual([])
    expect(env).toMatchObject({
      DOTNET_STARTUP_HOOKS: `${hook}:/mine.dll`,
      DOTNET_ADDITIONAL_DEPS: '/n/AdditionalDeps',
      DOTNET_SHARED_STORE: '/n/store',
      CORECLR_ENABLE_PROFILING: '1',
      CORECLR_PROFILER: '{918728DD-259F-4A6A-AC2B-B85E1B658318}',
      CORECLR_PROFILER_PATH: native,
    })
    expect(plan('dotnet', [], { env, files: filesOf() }).notes).toEqual([])
    expect(plan('dotnet', [], { files: filesOf() }).notes).toEqual([expect.stringContaining('OTEL_DOTNET_AUTO_HOME')])
  })

  it('Ruby requires the newest gem there is, once', () => {
    const file = (version: string): string =>
      `/g/gems/opentelemetry-auto-instrumentation-${version}/lib/opentelemetry-auto-instrumentation.rb`
    const files = filesOf(file('0.2.0'), file('0.10.0'))
    const { env, notes } = plan('rails', ['s'], { files, env: { GEM_HOME: '/g', RUBYOPT: '-W0' } })
    expect([env['RUBYOPT'], notes]).toEqual([`-W0 -r${file('0.10.0')}`, []])
    expect(plan('ruby', [], { files, env }).env['RUBYOPT']).toBe(env['RUBYOPT'])
    expect(plan('ruby', ['a.rb'], { files: filesOf() }).notes).toEqual([expect.stringContaining('gem install')])
  })

  it('PHP loads its SDK by itself, and the hint says what else it needs', () => {
    const { env, notes } = plan('php', ['-S', ':80', 'index.php'])
    expect([env['OTEL_PHP_AUTOLOAD_ENABLED'], env['OTEL_SERVICE_NAME'], notes.length]).toEqual(['true', 'index', 1])
    expect(plan('sh', ['x'], { files: filesOf() }).env['OTEL_PHP_AUTOLOAD_ENABLED']).toBe('true')
  })

  it('Go is told that it must be compiled for it, whether built or run', () => {
    const files: LaunchFiles = {
      ...filesOf(),
      tail: (path) => Buffer.from(path === '/bin/till' ? 'x\0.go.buildinfo\0y' : 'no'),
    }
    const findOnPath = (name: string): string => `/bin/${name}`
    expect(plan('go', ['run', '.']).notes).toEqual([expect.stringMatching(/^Go programs .* compiled/)])
    expect(plan('till', [], { files, findOnPath }).notes).toEqual([expect.stringMatching(/^this is a Go program\. /)])
    expect(plan('other', [], { files, findOnPath }).notes).toEqual([])
  })
})

describe('launchPlan for all', () => {
  it('sets propagators, the host and the control plane, and keeps what is set', () => {
    const { env } = plan('till', [], { hostName: 'shop 1', controlEndpoint: 'http://127.0.0.1:4320' })
    expect(env).toMatchObject({
      OTEL_PROPAGATORS: 'tracecontext,baggage',
      OTEL_RESOURCE_ATTRIBUTES: 'host.name=shop%201',
      CLEW_CONTROL_ENDPOINT: 'http://127.0.0.1:4320',
      ELASTIC_OTEL_OPAMP_ENDPOINT: 'http://127.0.0.1:4320/v1/opamp',
    })
    const given = {
      OTEL_PROPAGATORS: 'b3',
      OTEL_RESOURCE_ATTRIBUTES: 'a=b,host.name=x',
      CLEW_CONTROL_ENDPOINT: 'http://c',
    }
    expect(plan('till', [], { env: given, hostName: 'y', controlEndpoint: 'http://d' }).env).toMatchObject(given)
    expect(
      plan('till', [], { env: { OTEL_RESOURCE_ATTRIBUTES: 'a=b' }, hostName: 'y' }).env['OTEL_RESOURCE_ATTRIBUTES'],
    ).toBe('a=b,host.name=y')
  })

  it('turns on what Deno brings along', () => {
    expect(plan('deno', ['run', 'a.ts']).env['OTEL_DENO']).toBe('true')
  })
})
