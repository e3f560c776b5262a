import type { LogRecord } from '@clew/contract/logs'
import type { Batch } from '@clew/otlp/batch'
import { decode } from '@clew/otlp/decode'
import { oneLine, severityName } from '../logs/log-rows.ts'
import { otlpAttributes, otlpValue } from '../values/otlp-value.ts'

/** The records of a batch as the API gives them. They are not stored yet, so ids count up from `firstId`. */
export function liveLogs(batch: Batch, timeNanos: bigint, firstId: number): LogRecord[] {
  if (batch.signal !== 'logs') return []
  const request = decode('logs', batch)
  const records: LogRecord[] = []
  for (const { resource, scopeLogs } of request.resourceLogs ?? []) {
    const resourceAttributes = otlpAttributes(resource?.attributes)
    const service = resourceAttributes.find((each) => each.key === 'service.name')?.value
    for (const { scope, logRecords } of scopeLogs ?? []) {
      const scopeAttributes = otlpAttributes(scope?.attributes)
      for (const record of logRecords ?? []) {
        const body = otlpValue(record.body)
        const observed = record.observedTimeUnixNano ?? 0n
        const time = record.timeUnixNano ?? 0n
        records.push({
          id: `live-${firstId + records.length}`,
          timeNanos: (time !== 0n ? time : observed !== 0n ? observed : timeNanos).toString(),
          observedTimeNanos: observed.toString(),
          service: service?.type === 'string' ? service.value : '',
          severity: severityName(record.severityNumber ?? 0),
          severityNumber: record.severityNumber ?? 0,
          severityText: record.severityText ?? '',
          eventName: record.eventName ?? '',
          text: oneLine(body),
          body,
          traceId: record.traceId ?? '',
          spanId: record.spanId ?? '',
          flags: record.flags ?? 0,
          attributes: otlpAttributes(record.attributes),
          resource: resourceAttributes,
          scope: { name: scope?.name ?? '', version: scope?.version ?? '', attributes: scopeAttributes },
          droppedAttributesCount: record.droppedAttributesCount ?? 0,
        })
      }
    }
  }
  return records
}
