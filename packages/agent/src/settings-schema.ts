/** One variable the agent reads. */
export interface SettingDescription {
  /** `<NAME>` stands for an instrumentation, `<SIGNAL>` for TRACES, METRICS, LOGS or PROFILES. */
  readonly name: string
  /** What holds when it is unset; empty for nothing. */
  readonly fallback: string
  /** One or two sentences, Markdown. */
  readonly text: string
}

/** A part of the reference. */
export interface SettingSection {
  readonly title: string
  readonly settings: readonly SettingDescription[]
}

const setting = (name: string, fallback: string, text: string): SettingDescription => ({ name, fallback, text })

/** Every variable the agent reads, with its own default. Those the SDK's packages read besides are in its documentation. */
export const SETTING_SECTIONS: readonly SettingSection[] = [
  {
    title: 'Where to, and who',
    settings: [
      setting(
        'OTEL_EXPORTER_OTLP_ENDPOINT',
        'http://127.0.0.1:4318',
        'Base address; `OTEL_EXPORTER_OTLP_<SIGNAL>_ENDPOINT` names one signal’s whole address.',
      ),
      setting(
        'OTEL_EXPORTER_OTLP_PROTOCOL',
        'http/protobuf',
        '`http/protobuf`, `http/json` or `grpc`; `OTEL_EXPORTER_OTLP_<SIGNAL>_PROTOCOL` for one signal. Anything but the first is sent by the SDK’s exporters, spans then made by its tracer.',
      ),
      setting('OTEL_EXPORTER_OTLP_HEADERS', '', '`key=value,…`, with every request.'),
      setting(
        'CLEW_AUTH_TOKEN',
        '',
        'Token of a Clew that asks for one: goes into the `authorization` header, unless there is one.',
      ),
      setting(
        'OTEL_EXPORTER_OTLP_COMPRESSION',
        'none',
        '`gzip`, `zstd` (Node ≥ 22.15, else gzip) or `none`; also per signal.',
      ),
      setting(
        'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
        'cumulative',
        '`cumulative`, `delta` or `lowmemory`.',
      ),
      setting('OTEL_<SIGNAL>_EXPORTER', 'otlp', '`otlp`, `console` or `none`.'),
      setting(
        'OTEL_SERVICE_NAME',
        'the script',
        'For `index.js`, `server.js` and the like the name in `package.json`.',
      ),
      setting('OTEL_RESOURCE_ATTRIBUTES', '', '`key=value,…` about the process.'),
      setting(
        'OTEL_NODE_RESOURCE_DETECTORS',
        'env, process, host, os, serviceinstance',
        'Set, the SDK chooses the detectors, and its tracer makes the spans.',
      ),
      setting(
        'OTEL_PROPAGATORS',
        'tracecontext,baggage',
        'Formats of the context in headers; see [propagation](../agent/propagation.md).',
      ),
      setting(
        'CLEW_BAGGAGE_ATTRIBUTES',
        '',
        'Baggage keys (`user.id,tenant`, `user.*`) that become attributes of spans and logs.',
      ),
    ],
  },
  {
    title: 'On and off',
    settings: [
      setting('OTEL_SDK_DISABLED', 'false', '`true`: the agent does nothing at all.'),
      setting(
        'OTEL_CONFIG_FILE',
        '',
        'Declarative configuration 1.0: takes the place of the `OTEL_*` variables, apart from those of instrumentations. Instrumentations are under `instrumentation/development: js:`.',
      ),
      setting('OTEL_NODE_ENABLED_INSTRUMENTATIONS', 'all but those off by default', 'The only ones that run, by name.'),
      setting('OTEL_NODE_DISABLED_INSTRUMENTATIONS', '', 'Those that do not run. `console` is a name too.'),
      setting(
        'OTEL_INSTRUMENTATION_<NAME>_ENABLED',
        '',
        '`true` or `false` for one; wins over the lists. The name in capitals, with `_` for other characters: `OTEL_INSTRUMENTATION_SOCKET_IO_ENABLED`.',
      ),
      setting(
        'CLEW_INSTRUMENTATION_<NAME>',
        '',
        'A JSON object with options of one: `CLEW_INSTRUMENTATION_PG=\'{"enhancedDatabaseReporting":true}\'`. What upstream documents for hosted ones; `{"server":false}`, `{"client":false}` for `http`.',
      ),
      setting(
        'CLEW_MESSAGING_CONSUMER',
        'single messages: parent; batches: link',
        '`parent`: the work on a message is part of its sender’s trace; `link`: a trace of its own with a link. Kafka, SQS, BullMQ, NATS, MQTT, Lambda; for one of them the option `consumer` (docs/agent/context.md).',
      ),
      setting('CLEW_TRACER', 'clew', '`sdk`: spans and HTTP requests by the upstream SDK and its instrumentations.'),
      setting(
        'CLEW_COMPILE_CACHE',
        'true',
        '`false`: Node does not keep what it has compiled between starts (Node ≥ 22.1).',
      ),
      setting(
        'CLEW_RULES',
        '',
        'Rules files, separated by commas: your own code and libraries instrumented as they say (docs/agent/rules.md).',
      ),
    ],
  },
  {
    title: 'How much',
    settings: [
      setting(
        'OTEL_TRACES_SAMPLER',
        'parentbased_always_on',
        '`always_on`, `always_off`, `traceidratio` and the same with `parentbased_`. Consistent: the threshold travels in the tracestate.',
      ),
      setting('OTEL_TRACES_SAMPLER_ARG', '1', 'Share of the ratio samplers, 0 to 1.'),
      setting(
        'CLEW_SAMPLING',
        '',
        'Sampling rules, tail rules and the rate limit: the `sampling` part of the [live settings](../agent/live-control.md) as JSON.',
      ),
      setting(
        'OTEL_SEMCONV_STABILITY_OPT_IN',
        'http,database,messaging,rpc',
        'What hosted instrumentations write by the stable names of attributes.',
      ),
      setting(
        'CLEW_LOST_CONTEXT',
        'on',
        '`off`: outgoing calls that begin a trace of their own while a request is being answered are not counted and said.',
      ),
      setting(
        'CLEW_OVERHEAD_BUDGET',
        '',
        'The agent’s part of the processor time of the process, such as `3%`. Above it, it leaves out spans of inner layers, then attributes, then traces.',
      ),
      setting('CLEW_SPAN_BUFFER_BYTES', '16777216', 'Ended spans that wait or are on the wire, together.'),
      setting('OTEL_BSP_SCHEDULE_DELAY', '1000', 'Milliseconds an ended span waits at most.'),
      setting('OTEL_BSP_MAX_QUEUE_SIZE', '', 'Spans that may wait; by default only bytes count.'),
      setting('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '4096', 'Spans of one request.'),
      setting('OTEL_BLRP_SCHEDULE_DELAY', '1000', 'The same for log records, in milliseconds.'),
      setting('OTEL_BLRP_MAX_QUEUE_SIZE', '8192', 'Log records that may wait.'),
      setting('OTEL_BLRP_MAX_EXPORT_BATCH_SIZE', '512', 'Log records of one request.'),
      setting('OTEL_METRIC_EXPORT_INTERVAL', '10000', 'Milliseconds between reports of metrics.'),
      setting('OTEL_METRIC_EXPORT_TIMEOUT', '10000', 'Milliseconds a report may take to be collected.'),
      setting(
        'OTEL_METRICS_EXEMPLAR_FILTER',
        'trace_based',
        'Which durations become exemplars, at most one for each bucket and report: those of sampled spans, `always_on` or `always_off`.',
      ),
      setting(
        'CLEW_SPOOL_DIR',
        '',
        'A folder for requests that the backend has not taken for a minute, that do not fit in memory, or that it has not answered when the program ends. They are sent when it is back, also by a later process.',
      ),
      setting('CLEW_SPOOL_BYTES', '67108864', 'Size of that folder, at most.'),
      setting(
        'CLEW_EXIT_BUDGET_MS',
        '500',
        'The longest the agent may hold up the end of a program, or the answer of a Lambda function.',
      ),
    ],
  },
  {
    title: 'Limits of spans',
    settings: [
      setting('OTEL_ATTRIBUTE_COUNT_LIMIT', '128', 'Attributes of a span or log record.'),
      setting('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', '', 'Characters of a text.'),
      setting('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', '128', 'Attributes of a span.'),
      setting('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', '', 'Characters of a text in a span.'),
      setting('OTEL_SPAN_EVENT_COUNT_LIMIT', '128', 'Events of a span.'),
      setting('OTEL_SPAN_LINK_COUNT_LIMIT', '128', 'Links of a span.'),
      setting(
        'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
        '128',
        'Attributes of an event; `OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT` is its older name.',
      ),
      setting(
        'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
        '128',
        'Attributes of a link; `OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT` is its older name.',
      ),
    ],
  },
  {
    title: 'Profiles',
    settings: [
      setting(
        'CLEW_PROFILES',
        'off',
        '`on`, or for how long from the start: `10m`, `90s`; a number alone is minutes. Live control switches them too. See [profiles](../agent/profiles.md).',
      ),
      setting('CLEW_PROFILES_KINDS', 'wall,heap', 'Time on the clock and on the processor, and memory in use.'),
      setting('CLEW_PROFILES_DIR', '', 'A folder for files (`.pprof.gz`), beside what is sent.'),
      setting('CLEW_PROFILES_DIR_BYTES', '268435456', 'Size of that folder, at most; the oldest files go.'),
      setting(
        'OTEL_PROFILES_EXPORTER',
        'otlp',
        '`none`: only files. Sent with http/protobuf to `/v1development/profiles` of the endpoint; `OTEL_EXPORTER_OTLP_PROFILES_ENDPOINT` names another address.',
      ),
      setting('CLEW_PROFILES_INTERVAL', '60000', 'Milliseconds that one request or file is about.'),
      setting('CLEW_PROFILES_HZ', '99', 'Samples of time in a second.'),
      setting('CLEW_PROFILES_HEAP_BYTES', '524288', 'Bytes allocated between two samples of the heap, on average.'),
    ],
  },
  {
    title: 'Control while the program runs',
    settings: [
      setting('CLEW_CONTROL', 'on', '`off`: nobody changes settings of this process while it runs.'),
      setting(
        'CLEW_CONTROL_ENDPOINT',
        'the Clew of this machine',
        'Address of the control plane (OpAMP; without a path `/v1/opamp`). Unset, it is `http://127.0.0.1:4320` if the telemetry goes to port 4318 of this machine, and none otherwise; `clew run` sets it.',
      ),
      setting('CLEW_CONTROL_TRANSPORT', 'websocket', '`http`: asks again and again instead of keeping a connection.'),
      setting(
        'CLEW_CONTROL_HEADERS',
        '',
        '`key=value,…`, with every message. Unset, those of OTLP if the host is the same.',
      ),
      setting('OTEL_EXPORTER_OTLP_CERTIFICATE', '', 'File of certificates (PEM) that a server is checked with.'),
    ],
  },
  {
    title: 'Where `clew run` finds the agents of other languages',
    settings: [
      setting('CLEW_JAVA_AGENT', '', 'Path of `opentelemetry-javaagent.jar`, if it is not in one of the usual places.'),
      setting(
        'CLEW_PYTHON_AGENT',
        '',
        'Folder with the packages of `opentelemetry-distro`, if the program’s environment has none.',
      ),
      setting('CLEW_RUBY_AGENT', '', 'File of the gem that instruments automatically, if it is not where gems are.'),
      setting(
        'OTEL_DOTNET_AUTO_HOME',
        '',
        'Folder of the .NET automatic instrumentation, if it is not where its installer puts it.',
      ),
      setting('OTEL_PHP_AUTOLOAD_ENABLED', 'true', 'The PHP extension instruments by itself.'),
    ],
  },
]
