import { metrics } from '@opentelemetry/api'
import type { FastTraces } from './fast-traces.ts'

/**
 * What the pipeline does as metrics of the agent itself, under the names of the semantic conventions for SDKs: nothing
 * is lost without a count.
 */
export function reportPipelineMetrics({ pipeline, transport, sampler }: FastTraces): void {
  const meter = metrics.getMeter('@clew/agent')
  const component = { 'otel.component.type': 'clew_span_pipeline', 'otel.component.name': 'clew_span_pipeline/0' }
  const processed = meter.createObservableCounter('otel.sdk.processor.span.processed', {
    unit: '{span}',
    description: 'Spans that ended; error.type says why some did not get on.',
  })
  const exported = meter.createObservableCounter('otel.sdk.exporter.span.exported', {
    unit: '{span}',
    description: 'Spans the backend has accepted; error.type says why some were given up.',
  })
  const waiting = meter.createObservableUpDownCounter('clew.agent.span_buffer.size', {
    unit: 'By',
    description: 'Encoded spans that wait or are on the wire.',
  })
  const keep = meter.createObservableGauge('clew.agent.sampling.keep', {
    unit: '1',
    description: 'Share of the sampled traces that is kept: below 1 the buffer fills faster than the backend takes.',
  })
  const decided = meter.createObservableCounter('clew.agent.sampling.traces', {
    unit: '{trace}',
    description: 'Local traces decided at their end, by reason; `early` ones were decided before it.',
  })
  const discarded = meter.createObservableCounter('clew.agent.sampling.discarded', {
    unit: '{span}',
    description: 'Spans that were kept in memory until their trace ended, and then not wanted.',
  })
  const held = meter.createObservableUpDownCounter('clew.agent.sampling.held', {
    unit: 'By',
    description: 'Estimated memory of spans whose trace has not been decided.',
  })
  meter.addBatchObservableCallback(
    (result) => {
      result.observe(processed, pipeline.takenSpans, component)
      if (pipeline.droppedSpans > 0) {
        result.observe(processed, pipeline.droppedSpans, { ...component, 'error.type': 'queue_full' })
      }
      result.observe(exported, transport.sentItems, component)
      if (transport.droppedItems > 0) {
        result.observe(exported, transport.droppedItems, { ...component, 'error.type': 'rejected' })
      }
      if (transport.spooledItems > 0) {
        result.observe(exported, transport.spooledItems, { ...component, 'error.type': 'spooled' })
      }
      result.observe(waiting, pipeline.waitingBytes, component)
      result.observe(keep, sampler.keep)
      const { tail } = sampler
      if (tail === undefined) return
      for (const reason of ['slow', 'failed', 'rare', 'byShare', 'early'] as const) {
        result.observe(decided, tail.counts[reason], { reason })
      }
      result.observe(discarded, tail.counts.discardedSpans)
      result.observe(held, tail.bytes)
    },
    [processed, exported, waiting, keep, decided, discarded, held],
  )
}
