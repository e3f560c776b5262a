// How many spans one core forwards, OTLP in → OTLP out, nothing changed on the way.
// node bench/collector/forward.mjs [--json] [--seconds N] [--in grpc|http] [--out grpc|http] [--compression none|gzip]
//   [--spans N]; needs a build (packages/*/dist).
//
// Three processes: a load, the collector, and a server that answers and throws away. Only the CPU time of the collector
// process counts (user and system, all its threads), so the other two may use the rest of the machine.
import { fork } from 'node:child_process'
import * as http from 'node:http'
import * as http2 from 'node:http2'
import { fileURLToPath } from 'node:url'

const args = process.argv.slice(2)
const option = (name, standard) => (args.includes(name) ? args[args.indexOf(name) + 1] : standard)
const seconds = Number(option('--seconds', '5'))
const into = option('--in', 'grpc')
const outOf = option('--out', 'grpc')
const compression = option('--compression', 'none')
const spansPerRequest = Number(option('--spans', '1000'))
const IN_FLIGHT = 16
const PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const role = process.env['FORWARD_ROLE']

if (role === 'sink') await sink()
else if (role === 'collector') await collector(process.env['FORWARD_SINK'])
else await main()

async function main() {
  const sinkProcess = await start('sink', {})
  const collectorProcess = await start('collector', { FORWARD_SINK: sinkProcess.address })
  const { LoadGenerator } = await import('../../packages/otlp/dist/generate/load-generator.js')
  const generator = new LoadGenerator({ seed: 1, spansPerRequest })
  const requests = Array.from({ length: 8 }, () => generator.nextTraces(1_800_000_000_000_000_000n))
  const send = into === 'grpc' ? grpcSender(collectorProcess.address) : httpSender(collectorProcess.address)

  await pump(send, requests, 1) // lets the code get hot
  const before = await ask(collectorProcess)
  const sinkBefore = await ask(sinkProcess)
  const startedMs = performance.now()
  const sent = await pump(send, requests, seconds)
  const elapsed = (performance.now() - startedMs) / 1000
  const after = await ask(collectorProcess)
  const sinkAfter = await ask(sinkProcess)
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds
  const result = {
    bench: 'forward',
    in: into,
    out: outOf,
    compression,
    bytesPerSpan: Math.round(sent.bytes / sent.spans),
    spansPerSecondPerCore: Math.round(sent.spans / cpuSeconds),
    megabytesPerSecondPerCore: Math.round(sent.bytes / cpuSeconds / 1e6),
    spansPerSecond: Math.round(sent.spans / elapsed),
    cores: Number((cpuSeconds / elapsed).toFixed(2)),
    failed: sent.failed,
    rssMegabytes: Math.round(after.rssBytes / 1e6),
    arrivedShare: Number(((sinkAfter.bytes - sinkBefore.bytes) / sent.bytes).toFixed(2)),
  }
  if (args.includes('--json')) console.log(JSON.stringify(result))
  else console.table(Object.entries(result).map(([what, value]) => ({ what, value })))
  collectorProcess.child.kill()
  sinkProcess.child.kill()
  process.exit(sent.failed > 0 ? 1 : 0)
}

/** Keeps requests under way until the time is over. */
async function pump(send, requests, forSeconds) {
  const until = performance.now() + forSeconds * 1000
  const sum = { spans: 0, bytes: 0, failed: 0 }
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async (_, lane) => {
      for (let i = lane; performance.now() < until; i++) {
        const request = requests[i % requests.length]
        if (await send(request.bytes)) {
          sum.spans += request.itemCount
          sum.bytes += request.bytes.length
        } else {
          sum.failed += 1
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }
    }),
  )
  return sum
}

function grpcSender(address) {
  const session = http2.connect(`http://${address}`, {
    maxSessionMemory: 1000,
    settings: { initialWindowSize: 1 << 20 },
  })
  const header = (length) => {
    const bytes = Buffer.alloc(5)
    bytes.writeUInt32BE(length, 1)
    return bytes
  }
  return (body) =>
    new Promise((resolve) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': PATH,
        'content-type': 'application/grpc',
        te: 'trailers',
      })
      let status
      stream.on('response', (headers) => (status = headers['grpc-status'] ?? status))
      stream.on('trailers', (headers) => (status = headers['grpc-status'] ?? status))
      stream.on('data', () => undefined)
      stream.on('error', () => undefined)
      stream.on('close', () => resolve(status === '0'))
      stream.write(header(body.length))
      stream.end(body)
    })
}

function httpSender(address) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: IN_FLIGHT })
  const url = new URL(`http://${address}/v1/traces`)
  const headers = { 'content-type': 'application/x-protobuf' }
  return (body) =>
    new Promise((resolve) => {
      const request = http.request(url, {
        method: 'POST',
        agent,
        headers: { ...headers, 'content-length': body.length },
      })
      request.on('response', (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode === 200))
      })
      request.on('error', () => resolve(false))
      request.end(body)
    })
}

async function start(name, env) {
  const child = fork(fileURLToPath(import.meta.url), args, { env: { ...process.env, ...env, FORWARD_ROLE: name } })
  const address = await new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message.address))
    child.once('exit', () => reject(new Error(`${name} ended`)))
  })
  return { child, address }
}

function ask({ child }) {
  return new Promise((resolve) => {
    child.once('message', resolve)
    child.send('report')
  })
}

function answerReports(extra) {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send({ cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss(), ...extra() })
  })
  process.on('disconnect', () => process.exit(0))
}

async function sink() {
  let bytes = 0
  answerReports(() => ({ bytes }))
  if (outOf === 'grpc') {
    const server = http2.createServer({ maxSessionMemory: 1000, settings: { initialWindowSize: 4 << 20 } })
    server.on('session', (session) => session.setLocalWindowSize(16 << 20))
    server.on('stream', (stream) => {
      stream.on('data', (chunk) => (bytes += chunk.length))
      stream.on('error', () => undefined)
      stream.on('end', () => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
        stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
        stream.end(Buffer.alloc(5))
      })
    })
    server.listen(0, '127.0.0.1', () => process.send({ address: `127.0.0.1:${server.address().port}` }))
  } else {
    const server = http.createServer((request, response) => {
      request.on('data', (chunk) => (bytes += chunk.length))
      request.on('end', () => response.end())
    })
    server.listen(0, '127.0.0.1', () => process.send({ address: `127.0.0.1:${server.address().port}` }))
  }
}

async function collector(sinkAddress) {
  const dist = '../../packages/collector/dist'
  const { COMPONENTS } = await import(`${dist}/components.js`)
  const { FactoryRegistry } = await import(`${dist}/core/factory.js`)
  const { loadConfig } = await import(`${dist}/config/load-config.js`)
  const { startCollector } = await import(`${dist}/core/start-collector.js`)
  const { systemClock } = await import('../../packages/base/dist/clock.js')
  const { silentLogger } = await import('../../packages/base/dist/logger.js')
  const exporter = outOf === 'grpc' ? 'otlp_grpc' : 'otlp_http'
  const text = `
receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:0"}, http: {endpoint: "127.0.0.1:0"}}}
exporters:
  ${exporter}:
    endpoint: http://${sinkAddress}
    compression: ${compression}
    sending_queue: {block_on_overflow: true, queue_size: 64}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [${exporter}]}
`
  const loaded = loadConfig([{ name: 'bench', text }], new FactoryRegistry(COMPONENTS), () => undefined)
  if (loaded.config === undefined) throw loaded.errors[0]
  const running = await startCollector({
    config: loaded.config,
    logger: silentLogger,
    clock: systemClock,
    version: 'bench',
    print: () => undefined,
  })
  answerReports(() => ({}))
  process.send({ address: running.addresses()['receiver/otlp'][into] })
}
