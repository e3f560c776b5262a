import { metrics } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { DurationProducer } from '../metrics/duration-producer.ts'
import { exemplarFilter } from '../metrics/exemplar-reservoir.ts'
import { runtimeMetrics } from './runtime-metrics.ts'

it('reports event loop, heap, resources and collections under the names of the semantic conventions', async () => {
  const durations = new DurationProducer(AggregationTemporality.CUMULATIVE, exemplarFilter({}))
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, metricProducers: [durations] })
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  const nothing = (): void => undefined
  runtimeMetrics.start({
    env: {},
    options: { monitoringPrecision: 5 },
    durations: (definition) => durations.recorder(definition),
    runs: () => false,
    report: nothing,
  })
  await delay(20)
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  await delay(150)
  await reader.forceFlush()
  const found = new Map(
    exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap((scope) => scope.metrics)
      .map(({ descriptor: { name, unit }, dataPoints }) => [name, { unit, dataPoints }]),
  )
  expect([...found].map(([name, { unit }]) => `${name} ${unit}`).toSorted()).toEqual([
    'nodejs.eventloop.delay.max s',
    'nodejs.eventloop.delay.mean s',
    'nodejs.eventloop.delay.min s',
    'nodejs.eventloop.delay.p50 s',
    'nodejs.eventloop.delay.p90 s',
    'nodejs.eventloop.delay.p99 s',
    'nodejs.eventloop.delay.stddev s',
    'nodejs.eventloop.time s',
    'nodejs.eventloop.utilization 1',
    'v8js.gc.duration s',
    'v8js.memory.heap.space.available_size By',
    'v8js.memory.heap.space.physical_size By',
    'v8js.memory.heap.space.size By',
    'v8js.memory.heap.used By',
    'v8js.resource.active {resource}',
  ])
  const attributesOf = (name: string): unknown[] => found.get(name)!.dataPoints.map(({ attributes }) => attributes)
  expect(attributesOf('nodejs.eventloop.time')).toEqual([
    { 'nodejs.eventloop.state': 'active' },
    { 'nodejs.eventloop.state': 'idle' },
  ])
  expect(attributesOf('v8js.gc.duration')).toContainEqual({ 'v8js.gc.type': 'major' })
  expect(attributesOf('v8js.memory.heap.used')).toContainEqual({ 'v8js.heap.space.name': 'new_space' })
  expect(attributesOf('v8js.resource.active')).not.toEqual([])
})
