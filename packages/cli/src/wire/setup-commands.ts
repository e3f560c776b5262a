import { fileURLToPath } from 'node:url'
import type { Status } from '@clew/contract/status'

/** Where this installation takes telemetry. */
export interface SetupAddresses {
  /** `http://127.0.0.1:4318`. */
  readonly otlpHttp: string
  /** `http://127.0.0.1:4317`. */
  readonly otlpGrpc: string
  /** Senders have to show a token. */
  readonly tokenNeeded: boolean
}

const BIN = fileURLToPath(new URL('../../bin/clew.cjs', import.meta.url))
/** Stands where the reader puts a token: Clew knows hashes only. */
const TOKEN = 'YOUR_INGEST_TOKEN'
const DEFAULT_HTTP = 'http://127.0.0.1:4318'

/** Exact commands for this installation, ready to paste into a shell. */
export function setupCommands({ otlpHttp, otlpGrpc, tokenNeeded }: SetupAddresses): Status['setup'] {
  const clew = `${tokenNeeded ? `CLEW_AUTH_TOKEN=${TOKEN} ` : ''}node ${shellWord(BIN)}`
  const endpoint = otlpHttp === DEFAULT_HTTP ? '' : ` --endpoint ${otlpHttp}`
  const header = tokenNeeded ? ` OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20${TOKEN}` : ''
  const variables = `OTEL_SERVICE_NAME=my-app OTEL_EXPORTER_OTLP_ENDPOINT=${otlpHttp} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf${header}`
  const secure = otlpGrpc.startsWith('https:')
  const collectorToken = tokenNeeded ? `\n    headers:\n      authorization: Bearer ${TOKEN}` : ''
  return [
    { id: 'node', title: 'Node.js and TypeScript', language: 'sh', command: `${clew} run${endpoint} -- node app.js` },
    {
      id: 'python',
      title: 'Python',
      language: 'sh',
      command:
        'pip install opentelemetry-distro opentelemetry-exporter-otlp && opentelemetry-bootstrap -a install\n' +
        `${clew} run${endpoint} -- python app.py`,
    },
    {
      id: 'java',
      title: 'Java',
      language: 'sh',
      command:
        'curl -LO https://github.com/open-telemetry/opentelemetry-java-instrumentation/releases/latest/download/opentelemetry-javaagent.jar\n' +
        `${variables} java -javaagent:opentelemetry-javaagent.jar -jar app.jar`,
    },
    {
      id: 'go',
      title: 'Go (with the OpenTelemetry SDK and autoexport)',
      language: 'sh',
      command: `${variables} go run .`,
    },
    {
      id: 'env',
      title: 'Any OpenTelemetry SDK',
      language: 'sh',
      command: `export ${variables.replaceAll(' ', ' \\\n  ')}`,
    },
    { id: 'curl', title: 'No SDK: one span by hand', language: 'sh', command: curlCommand(otlpHttp, tokenNeeded) },
    {
      id: 'collector',
      title: 'An OpenTelemetry Collector in front',
      language: 'yaml',
      command: `exporters:\n  otlp/clew:\n    endpoint: ${otlpGrpc.replace(/^https?:\/\//, '')}${secure ? '' : '\n    tls:\n      insecure: true'}${collectorToken}`,
    },
  ]
}

function curlCommand(otlpHttp: string, tokenNeeded: boolean): string {
  const span =
    '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"by-hand"}}]},"scopeSpans":[{"spans":[{' +
    `"traceId":"'$(od -An -N16 -tx1 /dev/urandom | tr -d ' \\n')'","spanId":"'$(od -An -N8 -tx1 /dev/urandom | tr -d ' \\n')'",` +
    `"name":"hello","kind":1,"startTimeUnixNano":"'$(date +%s)000000000'","endTimeUnixNano":"'$(date +%s)250000000'"}]}]}]}`
  const token = tokenNeeded ? ` -H 'authorization: Bearer ${TOKEN}'` : ''
  return `curl -sS ${otlpHttp}/v1/traces${token} -H 'content-type: application/json' -d '${span}'`
}

/** A path as one word of a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
