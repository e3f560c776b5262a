import type { Batch } from '../batch.ts'
import type { AttributesView } from '../views/attributes-view.ts'
import { ExemplarView } from '../views/exemplar-view.ts'
import { LogRecordView } from '../views/log-record-view.ts'
import { MetricView } from '../views/metric-view.ts'
import { PointView } from '../views/point-view.ts'
import { ResourceView } from '../views/resource-view.ts'
import { ScopeView } from '../views/scope-view.ts'
import { SpanEventView } from '../views/span-event-view.ts'
import { SpanLinkView } from '../views/span-link-view.ts'
import { SpanView } from '../views/span-view.ts'
import {
  VALUE_BOOL,
  VALUE_BYTES,
  VALUE_DOUBLE,
  VALUE_EMPTY,
  VALUE_INT,
  VALUE_STRING,
  type ValueView,
} from '../views/value-view.ts'

/** Anything, in a comparable form. */
export type Seen = string | number | bigint | boolean | Uint8Array | undefined | Seen[] | { [key: string]: Seen }

function value(view: ValueView): Seen {
  switch (view.type) {
    case VALUE_EMPTY:
      return undefined
    case VALUE_STRING:
      return view.text()
    case VALUE_BOOL:
      return view.bool()
    case VALUE_INT:
      return view.int()
    case VALUE_DOUBLE:
      return view.double
    case VALUE_BYTES:
      return new Uint8Array(view.bytes())
    default:
      return view.toModel() as unknown as Seen
  }
}

function attributes(view: AttributesView): Seen {
  return Array.from({ length: view.count }, (_, i) => {
    view.seek(i)
    return [view.key(), value(view.value)]
  })
}

function times<T>(count: number, at: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => at(i))
}

function spans(batch: Batch): Seen {
  const span = new SpanView().bind(batch)
  const event = new SpanEventView()
  const link = new SpanLinkView()
  return times(batch.itemCount, (i) => {
    span.seek(i)
    return {
      ids: [span.traceIdHex(), span.spanIdHex(), span.parentSpanIdHex()],
      texts: [span.name(), span.traceState(), span.statusMessage()],
      numbers: [span.kind, span.statusCode, span.flags, span.startNanos(), span.endNanos()],
      dropped: [span.droppedAttributes, span.droppedEvents, span.droppedLinks],
      attributes: attributes(span.attributes),
      events: times(span.events.count, (e) => {
        event.seek(span, e)
        return [event.name(), event.timeNanos(), event.droppedAttributes, attributes(event.attributes)]
      }),
      links: times(span.links.count, (l) => {
        link.seek(span, l)
        const ids = [link.traceIdHex(), link.spanIdHex(), link.traceState()]
        return [...ids, link.flags, link.droppedAttributes, attributes(link.attributes)]
      }),
    }
  })
}

function logs(batch: Batch): Seen {
  const log = new LogRecordView().bind(batch)
  return times(batch.itemCount, (i) => {
    log.seek(i)
    return {
      ids: [log.traceIdHex(), log.spanIdHex()],
      texts: [log.severityText(), log.eventName()],
      numbers: [log.severityNumber, log.flags, log.droppedAttributes, log.timeNanos(), log.observedTimeNanos()],
      body: [log.hasBody, value(log.body)],
      attributes: attributes(log.attributes),
    }
  })
}

function metrics(batch: Batch): Seen {
  const metric = new MetricView().bind(batch)
  const point = new PointView()
  const exemplar = new ExemplarView()
  return times(batch.itemCount, (i) => {
    metric.seek(i)
    return {
      texts: [metric.name(), metric.description(), metric.unit()],
      kind: [metric.type, metric.temporality, metric.monotonic],
      metadata: attributes(metric.metadata),
      points: times(metric.points.count, (p) => {
        point.seek(metric, p)
        return {
          numbers: [
            point.startTimeNanos(),
            point.timeNanos(),
            point.flags,
            point.numberType,
            point.double,
            point.int(),
          ],
          histogram: [point.count(), point.hasSum, point.sum, point.hasMin, point.min, point.hasMax, point.max],
          buckets: times(point.bucketCounts.count, (b) => point.bucketCounts.at(b)),
          bounds: [...point.explicitBounds.values.subarray(0, point.explicitBounds.count)],
          exponential: [point.scale, point.zeroCount(), point.zeroThreshold],
          sides: [point.positive, point.negative].map((side) => [
            side.present,
            side.offset,
            times(side.counts.count, (b) => side.counts.at(b)),
          ]),
          quantiles: times(point.quantiles.count, (q) => [point.quantiles.values[q], point.quantileValues.values[q]]),
          attributes: attributes(point.attributes),
          exemplars: times(point.exemplars.count, (e) => {
            exemplar.seek(point, e)
            const ids = [exemplar.traceIdHex(), exemplar.spanIdHex(), exemplar.timeNanos()]
            return [...ids, exemplar.numberType, exemplar.double, exemplar.int(), attributes(exemplar.attributes)]
          }),
        }
      }),
    }
  })
}

/** Everything the views can show of a batch. */
export function readEverything(batch: Batch): Seen {
  const resource = new ResourceView()
  const scope = new ScopeView()
  return {
    resources: times(batch.resourceCount, (r) => {
      resource.seek(batch, r)
      return [batch.resourceSchemaUrl(r), resource.droppedAttributes, attributes(resource.attributes)]
    }),
    scopes: times(batch.scopeCount, (s) => {
      scope.seek(batch, s)
      const texts = [batch.scopeSchemaUrl(s), scope.name(), scope.version()]
      return [...texts, scope.droppedAttributes, attributes(scope.attributes)]
    }),
    items: batch.signal === 'traces' ? spans(batch) : batch.signal === 'logs' ? logs(batch) : metrics(batch),
  }
}
