// How fast the OTLP codecs are on this machine, beside protobufjs in the same run.
// node bench/otlp/codec.mjs [--json] [--seconds N]; needs a build (packages/*/dist).
import protobuf from 'protobufjs'
import { Batch } from '../../packages/otlp/dist/batch.js'
import { LoadGenerator } from '../../packages/otlp/dist/generate/load-generator.js'
import { jsonToProtobuf } from '../../packages/otlp/dist/json/json-to-protobuf.js'
import { protobufToJson } from '../../packages/otlp/dist/json/protobuf-to-json.js'
import { SpanView } from '../../packages/otlp/dist/views/span-view.js'
import { OTLP_PROTO } from '../../packages/testkit/dist/otlp-proto.js'

const args = process.argv.slice(2)
const seconds = Number(args[args.indexOf('--seconds') + 1]) || 2
const NOW = 1_800_000_000_000_000_000n

const load = new LoadGenerator({ seed: 1, spansPerRequest: 800 })
const requests = Array.from({ length: 16 }, () => load.nextTraces(NOW))
const batches = requests.map((request) => Batch.fromProtobuf('traces', request.bytes))
const jsons = batches.map((batch) => protobufToJson(batch))
const totalSpans = requests.reduce((sum, request) => sum + request.itemCount, 0)
const totalBytes = requests.reduce((sum, request) => sum + request.bytes.length, 0)
const root = protobuf.parse(OTLP_PROTO, { keepCase: false }).root
const oracle = root.lookupType('ExportTraceServiceRequest')

/** Spans per second of CPU time: other processes on the machine disturb it less than wall time. */
function measure(step) {
  for (let i = 0; i < requests.length; i++) step(i)
  const until = performance.now() + seconds * 1000
  const before = process.cpuUsage()
  let spans = 0
  while (performance.now() < until) {
    for (let i = 0; i < requests.length; i++) {
      step(i)
      spans += requests[i].itemCount
    }
  }
  const used = process.cpuUsage(before)
  return Math.round(spans / ((used.user + used.system) / 1e6))
}

let sink = 0
const view = new SpanView()
const results = {
  'index and check': measure((i) => (sink += Batch.fromProtobuf('traces', requests[i].bytes).itemCount)),
  'index + span views': measure((i) => {
    const batch = Batch.fromProtobuf('traces', requests[i].bytes)
    view.bind(batch)
    for (let s = 0; s < batch.itemCount; s++) {
      view.seek(s)
      sink += view.endLow
    }
  }),
  'index + span views + all attributes and keys': measure((i) => {
    const batch = Batch.fromProtobuf('traces', requests[i].bytes)
    view.bind(batch)
    for (let s = 0; s < batch.itemCount; s++) {
      view.seek(s)
      const { attributes } = view
      for (let a = 0; a < attributes.count; a++) {
        attributes.seek(a)
        sink += attributes.key().length + attributes.value.type
      }
    }
  }),
  'forward untouched (index, then the same bytes)': measure(
    (i) => (sink += Batch.fromProtobuf('traces', requests[i].bytes).toProtobuf().length),
  ),
  'edit: drop every tenth span and encode': measure((i) => {
    const editor = batches[i].edit()
    for (let s = 0; s < batches[i].itemCount; s += 10) editor.dropItem(s)
    sink += editor.finish().toProtobuf().length
  }),
  'JSON to protobuf': measure((i) => (sink += jsonToProtobuf('traces', jsons[i]).length)),
  'protobuf to JSON': measure((i) => (sink += protobufToJson(batches[i]).length)),
  'generate load': measure(() => (sink += load.nextTraces(NOW).itemCount)),
  'protobufjs decode': measure((i) => (sink += oracle.decode(requests[i].bytes).resourceSpans.length)),
  'JSON.parse of the same requests': measure(
    (i) => (sink += JSON.parse(Buffer.from(jsons[i]).toString()).resourceSpans.length),
  ),
}

const report = {
  benchmark: 'otlp-codec',
  node: process.version,
  spans: totalSpans,
  bytesPerSpan: Math.round(totalBytes / totalSpans),
  spansPerSecondPerCore: results,
  ratioToProtobufjs: Number(
    (results['index + span views + all attributes and keys'] / results['protobufjs decode']).toFixed(2),
  ),
}
if (args.includes('--json')) console.log(JSON.stringify(report, null, 2))
else {
  console.log(`OTLP codecs, ${report.node}, ${report.bytesPerSpan} bytes/span, spans per second of CPU time`)
  for (const [name, rate] of Object.entries(results)) console.log(`${rate.toLocaleString('en').padStart(12)}  ${name}`)
  console.log(`views with all attributes are ${report.ratioToProtobufjs} times as fast as protobufjs decode`)
}
if (sink < 0) console.log(sink)
