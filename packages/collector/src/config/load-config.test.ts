import { describe, expect, test } from 'vitest'
import { MemoryConsumer } from '../testdata/memory-consumer.ts'
import { registryWith } from '../testdata/run.ts'
import type { BatchConfig } from '../processors/batch/config.ts'
import { loadConfig, type LoadedConfig } from './load-config.ts'
import { printConfig } from './print-config.ts'

const registry = registryWith(new MemoryConsumer())

function load(...texts: string[]): LoadedConfig {
  const sources = texts.map((text, i) => ({ name: i === 0 ? 'c.yaml' : `c${i + 1}.yaml`, text }))
  return loadConfig(sources, registry, (scheme) => (scheme === 'env' ? undefined : ''))
}

/** `message | fix` of each error. */
function problems(...texts: string[]): string[] {
  return load(...texts).errors.map((one) => (one.fix === undefined ? one.message : `${one.message} | ${one.fix}`))
}

const GOOD = `
receivers:
  otlp:
    protocols:
      grpc:
      http: {}
processors:
  batch:
  batch/two: {timeout: 1s, send_batch_size: 10}
exporters:
  debug:
service:
  pipelines:
    traces: {receivers: [otlp], processors: [batch], exporters: [debug]}
    logs/2: {receivers: [otlp], processors: [batch/two], exporters: [debug]}
`

test('a good configuration loads with its defaults', () => {
  const { config, errors, warnings } = load(GOOD)
  expect(errors).toEqual([])
  expect(warnings).toEqual([])
  expect(config?.processors.get('batch')?.config).toMatchObject({ timeout: 200, send_batch_size: 8192 })
  expect(config?.processors.get('batch/two')?.config).toMatchObject({ timeout: 1000, send_batch_size: 10 })
  expect(config?.receivers.get('otlp')?.config).toMatchObject({
    protocols: { grpc: { endpoint: 'localhost:4317' }, http: { endpoint: 'localhost:4318' } },
  })
  expect(config?.service.pipelines.get('logs/2')).toMatchObject({ signal: 'logs', processors: ['batch/two'] })
})

/** Replaces one text in the good configuration and expects exactly these errors. */
test.each<[string, string, string, string[]]>([
  [
    'a typo in a key',
    '  batch:\n',
    '  batch: {tiemout: 1s}\n',
    [`c.yaml:8:11: processors::batch: 'batch' has invalid keys: tiemout | did you mean "timeout"?`],
  ],
  [
    'a typo deep inside',
    '      grpc:\n',
    '      grpc: {keepalive: {server_parameters: {tme: 1s}}}\n',
    [
      `c.yaml:5:46: receivers::otlp::protocols::grpc::keepalive::server_parameters: 'server_parameters' has invalid keys: tme | did you mean "time"?`,
    ],
  ],
  [
    'an unknown section',
    'service:\n',
    'exporter: {}\nservice:\n',
    [`c.yaml:12:1: exporter: '' has invalid keys: exporter | did you mean "exporters"?`],
  ],
  [
    'an unknown component',
    '  debug:\n',
    '  debug:\n  otlp_gprc: {}\n',
    [
      `c.yaml:12:3: exporters::otlp_gprc: unknown type: "otlp_gprc" for id: "otlp_gprc" (valid values: [debug file otlp_grpc otlp_http clew]) | did you mean "otlp_grpc"?`,
    ],
  ],
  [
    'the removed logging exporter',
    '  debug:\n',
    '  debug:\n  logging:\n',
    [
      `c.yaml:12:3: exporters::logging: unknown type: "logging" for id: "logging" (valid values: [debug file otlp_grpc otlp_http clew]) | the logging exporter has been deprecated, use the debug exporter instead`,
    ],
  ],
  [
    'a component in the wrong section',
    'exporters:\n',
    'exporters:\n  memory_limiter:\n',
    [
      `c.yaml:11:3: exporters::memory_limiter: unknown type: "memory_limiter" for id: "memory_limiter" (valid values: [debug file otlp_grpc otlp_http clew]) | "memory_limiter" is a processor: move it to processors`,
    ],
  ],
  [
    'a reference to nothing',
    'processors: [batch],',
    'processors: [bacth],',
    [
      `c.yaml:14:46: service::pipelines::traces::processors[0]: references processor "bacth" which is not configured | did you mean "batch"?`,
    ],
  ],
  [
    'a processor twice',
    'processors: [batch],',
    'processors: [batch, batch],',
    [
      `c.yaml:14:53: service::pipelines::traces::processors[1]: references processor "batch" multiple times | remove one`,
    ],
  ],
  [
    'no receiver in a pipeline',
    'traces: {receivers: [otlp],',
    'traces: {receivers: [],',
    ['c.yaml:14:5: service::pipelines::traces: must have at least one receiver | add receivers: [otlp]'],
  ],
  [
    'an unknown signal',
    'logs/2:',
    'log:',
    ['c.yaml:15:5: service::pipelines::log: unknown pipeline type "log" | did you mean "logs"?'],
  ],
  [
    'no protocol',
    '      grpc:\n      http: {}\n',
    '',
    [
      'c.yaml:4:5: receivers::otlp::protocols: must specify at least one protocol when using the OTLP receiver | add protocols: {grpc: {}, http: {}}',
    ],
  ],
  [
    'a wrong type',
    '  batch:\n',
    '  batch: {send_batch_size: many}\n',
    [
      `c.yaml:8:11: processors::batch::send_batch_size: 'send_batch_size' expected type 'number', got unconvertible type 'string', value: 'many'`,
    ],
  ],
  [
    'a duration without unit',
    '  batch:\n',
    '  batch: {timeout: 10}\n',
    [
      'c.yaml:8:11: processors::batch::timeout: expected a duration such as 200ms, 5s or 1h30m; a bare number has no unit, did you mean "10s"?',
    ],
  ],
  [
    'an id with nothing before the slash',
    '  batch/two:',
    '  /two:',
    [
      'c.yaml:9:3: processors::/two: in "/two" id: the part before / should not be empty',
      'c.yaml:15:46: service::pipelines::logs/2::processors[0]: references processor "batch/two" which is not configured | add "batch/two:" under processors',
    ],
  ],
  [
    'a duplicate key',
    '  debug:\n',
    '  debug:\n  debug:\n',
    [
      'c.yaml:12:3: not valid YAML: Map keys must be unique | remove one of the two, or give components names: otlp/one, otlp/two',
    ],
  ],
  [
    'a tab',
    '  batch:\n',
    '\tbatch:\n',
    ['c.yaml:8:1: not valid YAML: Tabs are not allowed as indentation | indent with spaces; YAML does not allow tabs'],
  ],
])('%s', (_what, from, to, expected) => {
  expect(GOOD).toContain(from)
  expect(problems(GOOD.replace(from, to))).toEqual(expected)
})

test.each<[string, string, string]>([
  ['memory_limiter without interval', '{limit_mib: 100}', "'check_interval' must be greater than zero"],
  [
    'memory_limiter without limit',
    '{check_interval: 1s}',
    "'limit_mib' or 'limit_percentage' must be greater than zero",
  ],
  [
    'memory_limiter with a spike above the limit',
    '{check_interval: 1s, limit_mib: 100, spike_limit_mib: 100}',
    "'spike_limit_mib' must be smaller than 'limit_mib'",
  ],
])('%s', (_what, config, message) => {
  const text = GOOD.replace('  batch:\n', `  memory_limiter: ${config}\n  batch:\n`)
  expect(problems(text)[0]).toContain(`processors::memory_limiter: ${message}`)
})

test.each<[string, string]>([
  ['otlp_grpc:', 'requires a non-empty "endpoint"'],
  ['otlp_http:', 'at least one endpoint must be specified'],
  ['otlp_http: {traces_endpoint: "localhost"}', 'traces_endpoint must be a valid URL'],
  ['otlp_grpc: {endpoint: x:1, sending_queue: {num_consumers: 0}}', '`num_consumers` must be positive'],
  ['otlp_grpc: {endpoint: x:1, sending_queue: {queue_size: -1}}', '`queue_size` must be positive'],
  [
    'otlp_grpc: {endpoint: x:1, sending_queue: {batch: {min_size: 10, max_size: 5}}}',
    '`max_size` (5) must be greater or equal to `min_size` (10)',
  ],
  [
    'otlp_grpc: {endpoint: x:1, sending_queue: {sizer: items, queue_size: 5, batch: {}}}',
    '`min_size` must be less than or equal to `queue_size`',
  ],
  [
    'otlp_grpc: {endpoint: x:1, sending_queue: {batch: {sizer: requests}}}',
    '`batch` supports only `items` or `bytes` sizer, found "requests"',
  ],
  [
    'otlp_grpc: {endpoint: x:1, tls: {ca_file: a, ca_pem: b}}',
    'provide either a CA file or the PEM-encoded string, but not both',
  ],
  [
    'otlp_grpc: {endpoint: x:1, tls: {cert_file: a}}',
    'TLS configuration must include both certificate and key (CertFile/CertPem and KeyFile/KeyPem)',
  ],
  [
    'otlp_grpc: {endpoint: x:1, tls: {min_version: "1.3", max_version: "1.2"}}',
    'invalid TLS configuration: min_version cannot be greater than max_version',
  ],
  ['file:', 'path must be non-empty'],
])('exporter %s says %s', (exporter, message) => {
  const [first, ...more] = problems(GOOD.replace('  debug:\n', `  debug:\n  ${exporter}\n`))
  expect(first).toContain(message)
  expect(more).toEqual([])
})

describe('whole configurations', () => {
  test('an empty one', () => expect(problems('')[0]).toContain('empty configuration file'))

  test('one without anything that receives or exports', () => {
    expect(problems('service: {pipelines: {traces: {}}}').join('\n')).toMatch(
      /no receiver configuration specified in config[\s\S]*no exporter configuration specified in config/,
    )
  })

  test('one without pipelines', () => {
    expect(problems(GOOD.slice(0, GOOD.indexOf('  pipelines:')))).toEqual([
      expect.stringContaining('service must have at least one pipeline'),
    ])
  })

  test('all mistakes are reported at once, in the order of the file', () => {
    const text = GOOD.replace('  batch:\n', '  batch: {tiemout: 1s, x: 1}\n').replace(
      'exporters: [debug]}',
      'exporters: [dbug]}',
    )
    expect(load(text).errors.map((one) => one.position?.line)).toEqual([8, 8, 14])
  })

  test('older names work and are mentioned', () => {
    const { errors, warnings } = load(GOOD.replace('  debug:\n', '  debug:\n  otlphttp: {endpoint: "http://x:4318"}\n'))
    expect(errors).toEqual([])
    expect(warnings.map((one) => one.message)).toEqual([
      'c.yaml:12:3: exporters::otlphttp: "otlphttp" is an older name',
    ])
  })
})

describe('several sources', () => {
  test('maps merge, lists and scalars are replaced, null gives back the default', () => {
    const { config, errors } = load(
      GOOD,
      'processors: {batch/two: {send_batch_size: 20}}\nservice: {pipelines: {traces: {processors: [batch/two]}}}',
      'processors: {batch/two: {timeout: null}}',
    )
    expect(errors).toEqual([])
    const two = config?.processors.get('batch/two')?.config as BatchConfig
    expect(two).toMatchObject({ timeout: 200, send_batch_size: 20 })
    expect(config?.service.pipelines.get('traces')).toMatchObject({ receivers: ['otlp'], processors: ['batch/two'] })
  })

  test('keys may be written with ::', () => {
    const { config } = load(GOOD, 'processors::batch/two::send_batch_size: 33')
    expect(config?.processors.get('batch/two')?.config).toMatchObject({ timeout: 1000, send_batch_size: 33 })
  })

  test('an error is where its text is', () => {
    expect(problems(GOOD, '\nprocessors:\n  batch:\n    nope: 1')).toEqual([
      expect.stringContaining("c2.yaml:4:5: processors::batch: 'batch' has invalid keys: nope"),
    ])
  })
})

describe('graphs', () => {
  const connected = (traces: string, more = ''): string => `
receivers: {otlp: {protocols: {grpc: }}}
exporters: {debug: }
connectors: {forward: }
service:
  pipelines:
    traces/in: {receivers: [otlp], exporters: [${traces}]}
    traces/out: {receivers: [forward], exporters: [debug]}
${more}`

  test('a connector joins two pipelines', () => expect(problems(connected('forward'))).toEqual([]))

  test('a connector used on one end only', () => {
    expect(problems(connected('debug'))).toEqual([
      expect.stringContaining(
        'connectors::forward: connector "forward" used as receiver in [traces/out] pipeline but not used in any supported exporter pipeline',
      ),
    ])
  })

  test('a connector between signals it cannot turn into each other', () => {
    const text = connected('forward', '    logs: {receivers: [otlp], exporters: [forward]}')
    expect(problems(text)).toEqual([
      expect.stringContaining(
        'connector "forward" used as exporter in [logs] pipeline but not used in any supported receiver pipeline',
      ),
    ])
  })

  test('a cycle', () => {
    const text = `
receivers: {otlp: {protocols: {grpc: }}}
connectors: {forward/a: , forward/b: }
service:
  pipelines:
    traces/1: {receivers: [otlp, forward/b], exporters: [forward/a]}
    traces/2: {receivers: [forward/a], exporters: [forward/b]}
`
    expect(problems(text)[0]).toContain(
      'cycle detected: pipeline "traces/1" -> connector/forward/a@traces->traces -> pipeline "traces/2" -> connector/forward/b@traces->traces -> pipeline "traces/1"',
    )
  })

  test('an id that is both an exporter and a connector', () => {
    const text = connected('forward').replace('exporters: {debug: }', 'exporters: {debug: , forward: }')
    expect(problems(text).join('\n')).toContain('unknown type: "forward"')
    expect(problems(text).join('\n')).toContain('ambiguous ID: Found both "forward" exporter and "forward" connector')
  })

  test('a signal a component does not know', () => {
    const text = GOOD.replace('  batch:\n', '  probabilistic_sampler: {sampling_percentage: 5}\n  batch:\n').replace(
      'logs/2: {receivers: [otlp], processors: [batch/two]',
      'metrics: {receivers: [otlp], processors: [probabilistic_sampler]',
    )
    expect(problems(text)).toEqual([
      expect.stringContaining(
        'error creating processor "probabilistic_sampler" for data type "metrics" is not supported | it supports traces, logs',
      ),
    ])
  })
})

test('print-config masks what is secret and nothing else', () => {
  const text = GOOD.replace(
    '  debug:\n',
    `  otlp_http:
    endpoint: https://user:hunter2@example.com:4318/path
    headers: {authorization: Bearer abc, x-tenant: acme}
    tls: {key_pem: "-----BEGIN", cert_pem: "-----CERT"}
  debug:
`,
  )
  const { tree } = load(text)
  const masked = printConfig(tree!, { redact: true })
  expect(masked).not.toMatch(/hunter2|Bearer|acme|BEGIN/)
  expect(masked).toContain('https://user:[REDACTED]@example.com:4318/path')
  expect(masked).toContain('-----CERT')
  expect(masked).toContain('send_batch_size: 10')
  const open = printConfig(tree!, { redact: false })
  expect(load(open).errors).toEqual([])
  expect(open).toContain('hunter2')
})
