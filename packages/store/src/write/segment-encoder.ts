import { SIGNALS } from '@clew/otlp/signal'
import type { Batch } from '@clew/otlp/batch'
import type { Block } from '../native/block.ts'
import { attributeKeyBlocks } from './attribute-key-rows.ts'
import { dayOfMillis } from './day.ts'
import { InternedRows } from './interned-rows.ts'
import { LogRows } from './log-rows.ts'
import { MetricRows } from './metric-rows.ts'
import type { RecentKeys } from './recent-keys.ts'
import { SpanRows } from './span-rows.ts'

/** Turns the batches of one segment into one Native block per table. Used again after `clear`. */
export class SegmentEncoder {
  private readonly interned: InternedRows
  private readonly spans: SpanRows
  private readonly logs: LogRows
  private readonly metrics: MetricRows

  constructor(written: RecentKeys) {
    this.interned = new InternedRows(written)
    this.spans = new SpanRows(this.interned)
    this.logs = new LogRows(this.interned)
    this.metrics = new MetricRows(this.interned, written)
  }

  /** Spans, records and points so far. */
  get rows(): number {
    return this.spans.rows + this.logs.rows + this.metrics.rows
  }

  /** Appends a batch. `createdMillis` is the segment's, so that a replay makes the same rows. */
  add(batch: Batch, createdMillis: number): void {
    const arrivalDay = dayOfMillis(createdMillis)
    switch (batch.signal) {
      case 'traces':
        return this.spans.add(batch, arrivalDay)
      case 'logs':
        return this.logs.add(batch, arrivalDay, createdMillis)
      case 'metrics':
        return this.metrics.add(batch, arrivalDay)
    }
  }

  /** Tables and blocks in the order of insertion: what is referred to comes first. */
  blocks(createdMillis: number): [string, Block][] {
    const uses = [
      ...SIGNALS.flatMap((signal) => this.interned.uses(signal)),
      ...this.spans.uses(),
      ...this.logs.uses(),
      ...this.metrics.uses(),
    ]
    return [
      ...this.interned.blocks(),
      ...this.spans.blocks(createdMillis),
      ...this.logs.blocks(),
      ...this.metrics.blocks(),
      ...attributeKeyBlocks(uses, createdMillis),
    ]
  }

  clear(): void {
    this.interned.clear()
    this.spans.clear()
    this.logs.clear()
    this.metrics.clear()
  }
}
