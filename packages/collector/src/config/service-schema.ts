import { z } from 'zod'

/** `service` as written, before ids are looked up. */
export interface RawService {
  readonly extensions: readonly string[]
  readonly pipelines: Readonly<Record<string, RawPipeline>>
  readonly telemetry: RawTelemetry
}

export interface RawPipeline {
  readonly receivers: readonly string[]
  readonly processors: readonly string[]
  readonly exporters: readonly string[]
}

export interface RawTelemetry {
  readonly logs: { readonly level: string }
  readonly metrics: {
    readonly level: string
    readonly readers: readonly RawReader[]
    readonly address?: string | undefined
  }
  readonly resource: Readonly<Record<string, string | null>>
}

export interface RawReader {
  readonly pull?:
    | { readonly exporter: { readonly prometheus?: { readonly host: string; readonly port: number } | undefined } }
    | undefined
}

const ids = (): z.ZodType<readonly string[]> => z.array(z.string()).default([])

const prometheusReader = z.looseObject({
  host: z.string().default('localhost'),
  port: z.int().min(0).max(65_535).default(8888),
})

const telemetry = z.strictObject({
  logs: z
    .looseObject({
      level: z
        .string()
        .transform((level) => level.toLowerCase())
        .pipe(z.enum(['debug', 'info', 'warn', 'error']))
        .default('info')
        .describe('Least important level that is written.'),
    })
    .prefault({}),
  metrics: z
    .looseObject({
      level: z
        .enum(['none', 'basic', 'normal', 'detailed'])
        .default('normal')
        .describe('`none` switches own metrics off.'),
      readers: z
        .array(
          z.looseObject({
            pull: z
              .strictObject({ exporter: z.looseObject({ prometheus: prometheusReader.optional() }) })
              .optional()
              .describe('Serve own metrics for Prometheus.'),
          }),
        )
        .default([]),
      address: z.string().optional().describe('Old key, ignored upstream since v0.123; use readers.'),
    })
    .prefault({}),
  resource: z
    .record(z.string(), z.union([z.string(), z.null()]))
    .default({})
    .describe('Attributes of the collector itself.'),
  traces: z.looseObject({}).optional().describe('Accepted; the collector does not trace itself.'),
})

/** The `service` section. */
export const serviceSchema: z.ZodType<RawService> = z.strictObject({
  extensions: ids().describe('Extensions to run, in this order.'),
  pipelines: z
    .record(
      z.string(),
      z.strictObject({
        receivers: ids().describe('Where data comes from.'),
        processors: ids().describe('What happens to it, in this order.'),
        exporters: ids().describe('Where it goes; each gets everything.'),
      }),
    )
    .default({}),
  telemetry: telemetry.prefault({}),
})
