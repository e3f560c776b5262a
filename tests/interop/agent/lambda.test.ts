import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createNetServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OtlpSink, type SinkSpan } from '@clew/testkit/otlp-sink'
import { cachedNode, KIND, library, REGISTER } from './run-app.ts'

const apps = fileURLToPath(new URL('../agent-apps/', import.meta.url))
const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:shop'
const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
const XRAY = {
  header: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
  spanId: '53995c3f42cd8ad8',
}

let peer: Server
beforeAll(async () => {
  peer = createServer((_request, response) => response.end('ok'))
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve))
})
afterAll(() => peer?.close())

interface Answer {
  readonly body: string
  /** What the backend had when the answer came. */
  readonly spans: readonly SinkSpan[]
  readonly metrics: ReadonlySet<string>
}

const read = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

/** The Runtime API: hands out events one after the other, and takes the answers. */
async function invoke(
  { handler, node, env = {} }: { handler: string; node: string; env?: Record<string, string> },
  events: readonly unknown[],
  sink: OtlpSink,
): Promise<Answer[]> {
  const answers: Answer[] = []
  let given = 0
  let finished: () => void
  const all = new Promise<void>((resolve) => (finished = resolve))
  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url?.endsWith('/next') === true) {
      if (given === events.length) return finished()
      response.writeHead(200, {
        'lambda-runtime-aws-request-id': `request-${given}`,
        'lambda-runtime-deadline-ms': String(Date.now() + 30_000),
        'lambda-runtime-invoked-function-arn': ARN,
        'lambda-runtime-trace-id': XRAY.header,
      })
      response.end(JSON.stringify(events[given++]))
      return
    }
    const body = await read(request)
    answers.push({ body, spans: [...sink.spans], metrics: new Set(sink.metricNames) })
    response.writeHead(202).end('{}')
  }
  const api = createServer((request, response) => void onRequest(request, response))
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OTEL_|CLEW_|NODE_OPTIONS|VITEST)/.test(name)),
  )
  const child = spawn(
    cachedNode(node),
    ['--require', `${apps}functions/native-client.cjs`, `${apps}node_modules/aws-lambda-ric/index.mjs`],
    {
      env: {
        ...inherited,
        NODE_OPTIONS: `--import ${REGISTER}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(api.address() as AddressInfo).port}`,
        AWS_LAMBDA_FUNCTION_NAME: 'shop',
        AWS_LAMBDA_FUNCTION_VERSION: '7',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
        AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${node}.x`,
        AWS_REGION: 'eu-west-1',
        AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/shop',
        AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
        LAMBDA_TASK_ROOT: `${apps}functions`,
        _HANDLER: handler,
        TEST_PEER: `http://127.0.0.1:${(peer.address() as AddressInfo).port}`,
        CLEW_EXIT_BUDGET_MS: '15000',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  child.stdout.on('data', (text: Buffer) => (output += String(text)))
  child.stderr.on('data', (text: Buffer) => (output += String(text)))
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  await Promise.race([all, ended])
  // As Lambda does it: without a word.
  child.kill('SIGKILL')
  await ended
  api.closeAllConnections()
  api.close()
  expect(answers.length, output).toBe(events.length)
  return answers
}

const HTTP_EVENT = {
  version: '2.0',
  routeKey: 'GET /items/{id}',
  rawPath: '/items/7',
  headers: {
    Traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01`,
    host: 'shop.example',
    'x-forwarded-proto': 'https',
  },
  requestContext: { http: { method: 'GET', path: '/items/7' } },
}
const queueRecord = (more: object): object => ({
  messageId: 'm',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:mails',
  body: 'x',
  attributes: {},
  messageAttributes: {},
  ...more,
})
const WITH_CONTEXT = queueRecord({
  messageAttributes: { traceparent: { stringValue: HTTP_EVENT.headers.Traceparent, dataType: 'String' } },
})
const WITH_XRAY = queueRecord({ attributes: { AWSTraceHeader: XRAY.header } })

function ofInvocation(spans: readonly SinkSpan[], number: number): SinkSpan {
  const found = spans.find((span) => span.values['faas.invocation_id'] === `request-${number}`)
  expect(found, `span of invocation ${number}`).toBeDefined()
  return found!
}

describe.each(['22', '24', '26'])(`${library('aws-lambda-ric')}, Node %s`, (node) => {
  it.each([
    ['CommonJS', 'common.nested.handler'],
    ['ES modules', 'module.handler'],
  ])('%s: spans have arrived before the answer', async (_kind, handler) => {
    const sink = await OtlpSink.start()
    const events = [HTTP_EVENT, { Records: [WITH_CONTEXT, WITH_XRAY] }, { fail: true }]
    const [http, queue, failed] = await invoke({ handler, node }, events, sink)
    await sink.close()

    expect(JSON.parse(http!.body)).toEqual({ statusCode: 201, body: `${handler} shop` })
    const request = ofInvocation(http!.spans, 0)
    expect(request).toMatchObject({
      name: 'shop',
      kind: KIND.server,
      service: 'shop',
      traceId: CALLER.traceId,
      parentSpanId: CALLER.spanId,
    })
    expect(request.values).toMatchObject({
      'faas.trigger': 'http',
      'faas.coldstart': true,
      'cloud.resource_id': ARN,
      'cloud.account.id': '123456789012',
      'http.request.method': 'GET',
      'http.route': '/items/{id}',
      'url.path': '/items/7',
      'http.response.status_code': 201,
    })
    expect(request.links?.map((link) => link.spanId)).toEqual([XRAY.spanId])
    const inside = http!.spans.find((span) => String(span.values['url.full']).endsWith('/inside'))
    expect(inside).toMatchObject({ traceId: CALLER.traceId, parentSpanId: request.spanId })
    expect(http!.metrics).toContain('http.client.request.duration')

    const batch = ofInvocation(queue!.spans, 1)
    expect(batch).toMatchObject({ name: 'process mails', kind: KIND.consumer })
    expect(batch.parentSpanId ?? '').toBe('')
    expect(batch.links?.map((link) => link.spanId)).toEqual(expect.arrayContaining([CALLER.spanId, XRAY.spanId]))
    expect(batch.values).toMatchObject({
      'faas.coldstart': false,
      'faas.trigger': 'pubsub',
      'messaging.batch.message_count': 2,
    })

    expect(JSON.parse(failed!.body)).toMatchObject({ errorType: 'RangeError', errorMessage: 'too much' })
    expect(ofInvocation(failed!.spans, 2)).toMatchObject({
      status: { code: 2 },
      values: { 'error.type': 'RangeError' },
    })
    // The runtime's own requests are not the function's.
    expect(failed!.spans.filter((span) => String(span.values['url.full']).includes('/2018-06-01/'))).toEqual([])
    expect(sink.requests[0]?.resource).toMatchObject({
      'faas.name': 'shop',
      'faas.version': '7',
      'faas.max_memory': 128 * 1024 * 1024,
      'cloud.provider': 'aws',
      'cloud.region': 'eu-west-1',
    })
  })
})

describe(`${library('aws-lambda-ric')}, Node 24`, () => {
  it('a handler that streams its answer', async () => {
    const sink = await OtlpSink.start()
    const [answer] = await invoke({ handler: 'stream.handler', node: '24' }, [{}], sink)
    await sink.close()
    expect(answer?.body).toBe('streamed by shop')
    const invocation = sink.spans.find((span) => span.values['faas.invocation_id'] === 'request-0')
    const inside = sink.spans.find((span) => String(span.values['url.full']).endsWith('/inside'))
    expect(inside?.parentSpanId).toBe(invocation?.spanId)
  })

  it('X-Ray as parent by OTEL_PROPAGATORS, a single message by option', async () => {
    const sink = await OtlpSink.start()
    const env = { OTEL_PROPAGATORS: 'tracecontext,xray', CLEW_INSTRUMENTATION_AWS_LAMBDA: '{"consumer":"parent"}' }
    const answers = await invoke(
      { handler: 'module.handler', node: '24', env },
      [{}, { Records: [WITH_CONTEXT] }],
      sink,
    )
    await sink.close()
    const spans = answers.at(-1)!.spans
    expect(ofInvocation(spans, 0)).toMatchObject({
      traceId: '5759e988bd862e3fe1be46a994272793',
      parentSpanId: XRAY.spanId,
    })
    expect(ofInvocation(spans, 1)).toMatchObject({ traceId: CALLER.traceId, parentSpanId: CALLER.spanId })
  })

  it('answers although the backend never does', async () => {
    const sink = await OtlpSink.start()
    const silent = createNetServer((socket) => socket.on('error', () => undefined))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      CLEW_EXIT_BUDGET_MS: '200',
    }
    const answers = await invoke({ handler: 'module.handler', node: '24', env }, [{}, {}], sink)
    silent.close()
    await sink.close()
    expect(answers.map(({ body }) => (JSON.parse(body) as { statusCode: number }).statusCode)).toEqual([201, 201])
  })
})
