import { formatByteSize } from '@clew/base/byte-size'
import { systemClock } from '@clew/base/clock'
import { ClewError } from '@clew/base/errors'
import { parseGoDuration } from '@clew/base/go-duration'
import { Option } from 'commander'
import type { Command } from 'commander'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import type { LoadReport } from '../load/run-load.ts'
import { formatCount } from '../output/quantity.ts'
import { styleFor } from '../output/style.ts'

interface Options {
  readonly target: string
  readonly spansPerSecond: string
  readonly for?: string
  readonly spans?: string
  readonly over?: string
  readonly spansPerRequest: string
  readonly concurrency: string
  readonly connections: string
  readonly compression: 'none' | 'gzip'
  readonly seed: string
  readonly services?: string
  readonly attributeKeys?: string
  readonly logs?: boolean
  readonly json?: boolean
}

/** `clew bench load`: a realistic load on any OTLP endpoint. */
export const benchCommand: CommandDefinition = {
  name: 'bench',
  build(command, context) {
    command.summary('put a load on an OTLP endpoint')
    addLoad(command.command('load'), context)
  },
}

function addLoad(command: Command, context: CommandContext): void {
  command
    .summary('send generated traces, as many a second as asked for')
    .description(
      'Sends realistic traces (12 attributes a span, about 550 bytes a span) to any OTLP endpoint and reports what was\n' +
        'acknowledged and how fast. Ends with 1 when a request failed.',
    )
    .option('--target <url>', 'grpc://host:4317 or http://host:4318', 'grpc://127.0.0.1:4317')
    .option('--spans-per-second <count>', 'rate to keep; 0 sends as fast as the target takes it', '10000')
    .option('--for <duration>', 'how long (default: 60s, or until --spans were sent)')
    .option('--spans <count>', 'end after so many spans')
    .option('--over <duration>', 'spread the times of --spans over so much of the past, oldest first')
    .option('--spans-per-request <count>', 'spans in one request', '500')
    .option('--concurrency <count>', 'requests under way at once', '16')
    .option('--connections <count>', 'gRPC connections', '1')
    .addOption(new Option('--compression <kind>', 'of requests').choices(['none', 'gzip']).default('none'))
    .option('--services <count>', 'distinct services (default: the seven of a shop)')
    .option('--attribute-keys <count>', 'distinct attribute keys beside the usual ones, four of them on a span')
    .option('--seed <number>', 'the same seed makes the same traces', '1')
    .option('--logs', 'also send the log records of the spans')
    .option('--json', 'print the report as JSON')
    .action((options: Options) => load(options, context))
}

async function load(options: Options, context: CommandContext): Promise<void> {
  const { terminal } = context
  const maxSpans = options.spans === undefined ? Infinity : wholeNumber('--spans', options.spans, 1, 1e12)
  const durationMs =
    options.for === undefined ? (maxSpans === Infinity ? 60_000 : Infinity) : duration('--for', options.for)
  if (options.over !== undefined && maxSpans === Infinity) {
    throw new ClewError('USAGE', '--over needs --spans: the number of spans to spread')
  }
  const { runLoad } = await import('../load/run-load.ts')
  const { loadTarget } = await import('../load/load-target.ts')
  const { trustFrom } = await import('../client/credentials.ts')
  const { ingestToken } = await import('../client/ingest-token.ts')
  const target = loadTarget(options.target, {
    token: ingestToken(options.target, context.environment),
    trust: trustFrom(context.environment),
    compression: options.compression,
    timeoutMs: 30_000,
    connections: wholeNumber('--connections', options.connections, 1, 1000),
  })
  const stop = new AbortController()
  void context.stopSignal().then(() => stop.abort())
  const style = styleFor(terminal.color)
  const report = await runLoad({
    target,
    spansPerSecond: wholeNumber('--spans-per-second', options.spansPerSecond, 0, 100_000_000),
    durationMs,
    maxSpans,
    overMs: options.over === undefined ? 0 : duration('--over', options.over),
    spansPerRequest: wholeNumber('--spans-per-request', options.spansPerRequest, 1, 100_000),
    concurrency: wholeNumber('--concurrency', options.concurrency, 1, 10_000),
    services: options.services === undefined ? undefined : wholeNumber('--services', options.services, 1, 100_000),
    attributeKeys:
      options.attributeKeys === undefined
        ? undefined
        : wholeNumber('--attribute-keys', options.attributeKeys, 1, 1_000_000),
    logs: options.logs === true,
    seed: wholeNumber('--seed', options.seed, 0, 0xffff_ffff),
    clock: systemClock,
    abort: stop.signal,
    onProgress: (soFar) => {
      if (options.json !== true) terminal.err(style.dim(progressLine(soFar)))
    },
  })
  await target.close()
  terminal.out(options.json === true ? JSON.stringify(report, null, 2) : reportText(report))
  if (report.requestsFailed > 0) context.exit(EXIT.failure)
}

function progressLine(report: LoadReport): string {
  const failed = report.requestsFailed === 0 ? '' : `, ${report.requestsFailed} requests failed`
  return `${Math.round(report.elapsedMs / 1000)} s: ${formatCount(report.spansPerSecond)} spans/s, ack p99 ${report.ackP99Ms} ms${failed}`
}

function reportText(report: LoadReport): string {
  const seconds = report.elapsedMs / 1000
  return [
    `spans        ${report.spansAccepted} acknowledged in ${seconds.toFixed(1)} s: ${formatCount(report.spansPerSecond)}/s`,
    ...(report.logsAccepted === 0 ? [] : [`log records  ${report.logsAccepted} acknowledged`]),
    `requests     ${report.requestsAccepted} acknowledged, ${report.requestsFailed} failed`,
    `data         ${formatByteSize(report.bytesAccepted)}, ${formatByteSize(Math.round(report.bytesAccepted / Math.max(seconds, 0.001)))}/s`,
    `ack time     p50 ${report.ackP50Ms} ms, p99 ${report.ackP99Ms} ms, max ${report.ackMaxMs} ms`,
    ...report.failures.map(({ message, count }) => `failure      ${count} × ${message}`),
  ].join('\n')
}

function duration(flag: string, text: string): number {
  const durationMs = parseGoDuration(text)
  if (durationMs !== undefined && durationMs > 0) return durationMs
  throw new ClewError('USAGE', `${flag}: '${text}' is not a duration; write for example 60s`)
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new ClewError('USAGE', `${flag}: '${text}' is not a whole number from ${min} to ${max}`)
}
