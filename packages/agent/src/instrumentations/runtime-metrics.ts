import { metrics, type Meter, type ObservableGauge } from '@opentelemetry/api'
import { constants, monitorEventLoopDelay, performance, PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics } from 'node:v8'
import { isMainThread } from 'node:worker_threads'
import { REQUEST_BOUNDARIES, type DurationDefinition } from '../metrics/duration-producer.ts'
import type { Plugin, PluginKit } from '../plugins/plugin.ts'

const SCOPE = '@clew/agent/runtime'

/**
 * The delay of the event loop is measured by a timer of its own: a hundred times a second it costs an idle process more than all
 * the rest of the agent.
 */
const DELAY_EVERY_MS = 50
/** Fewer measurements than that say nothing. */
const MIN_DELAYS = 5
const NANOS = 1e9

const KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
}

const GC_DURATION: DurationDefinition<string> = {
  scope: SCOPE,
  name: 'v8js.gc.duration',
  description: 'Garbage collection duration by kind, one of major, minor, incremental or weakcb.',
  boundaries: REQUEST_BOUNDARIES,
  keyOf: (kind) => kind,
  attributesOf: (kind) => ({ 'v8js.gc.type': kind }),
}

/**
 * `nodejs.*` and `v8js.*` of the semantic conventions: event loop, garbage collection, heap. The upstream package measures the
 * same, and takes 2.2 MB of the heap with all that it requires.
 */
export const runtimeMetrics: Plugin = {
  name: 'runtime-node',
  modules: [],
  libraries: ['event loop, garbage collection, heap of the process'],
  start: (kit) => {
    // One of the threads tells for the process. What is measured begins with the first turn of the event loop.
    if (isMainThread) setImmediate(() => begin(kit)).unref()
  },
}

function begin(kit: PluginKit): void {
  const meter = metrics.getMeter(SCOPE)
  const everyMs = kit.options['monitoringPrecision']
  observeLoop(meter)
  observeDelay(meter, typeof everyMs === 'number' ? everyMs : DELAY_EVERY_MS)
  observeHeap(meter)
  observeResources(meter)
  const record = kit.durations(GC_DURATION)
  if (record === undefined) return
  new PerformanceObserver((list) => {
    for (const { duration, detail } of list.getEntries()) {
      const kind = KINDS[(detail as { readonly kind: number }).kind]
      if (kind !== undefined) record(duration / 1000, kind)
    }
  }).observe({ entryTypes: ['gc'] })
}

function observeLoop(meter: Meter): void {
  let last = performance.eventLoopUtilization()
  const utilization = meter.createObservableGauge('nodejs.eventloop.utilization', {
    description: 'Event loop utilization',
    unit: '1',
  })
  utilization.addCallback((result) => {
    const now = performance.eventLoopUtilization()
    result.observe(performance.eventLoopUtilization(now, last).utilization)
    last = now
  })
  const time = meter.createObservableCounter('nodejs.eventloop.time', {
    description: 'Cumulative duration of time the event loop has been in each state.',
    unit: 's',
  })
  time.addCallback((result) => {
    const { active, idle } = performance.eventLoopUtilization()
    result.observe(active / 1000, { 'nodejs.eventloop.state': 'active' })
    result.observe(idle / 1000, { 'nodejs.eventloop.state': 'idle' })
  })
}

function observeDelay(meter: Meter, everyMs: number): void {
  const delays = monitorEventLoopDelay({ resolution: everyMs })
  delays.enable()
  const gauge = (name: string, what: string): ObservableGauge =>
    meter.createObservableGauge(`nodejs.eventloop.delay.${name}`, {
      description: `Event loop ${what} delay.`,
      unit: 's',
    })
  const min = gauge('min', 'minimum')
  const max = gauge('max', 'maximum')
  const mean = gauge('mean', 'mean')
  const stddev = gauge('stddev', 'standard deviation')
  const p50 = gauge('p50', '50 percentile')
  const p90 = gauge('p90', '90 percentile')
  const p99 = gauge('p99', '99 percentile')
  meter.addBatchObservableCallback(
    (result) => {
      if (delays.count < MIN_DELAYS) return
      result.observe(min, delays.min / NANOS)
      result.observe(max, delays.max / NANOS)
      result.observe(mean, delays.mean / NANOS)
      result.observe(stddev, delays.stddev / NANOS)
      result.observe(p50, delays.percentile(50) / NANOS)
      result.observe(p90, delays.percentile(90) / NANOS)
      result.observe(p99, delays.percentile(99) / NANOS)
      delays.reset()
    },
    [min, max, mean, stddev, p50, p90, p99],
  )
}

function observeHeap(meter: Meter): void {
  const size = meter.createObservableUpDownCounter('v8js.memory.heap.space.size', {
    description: 'Total heap memory size pre-allocated for a heap space.',
    unit: 'By',
  })
  const gauge = (name: string, description: string): ObservableGauge =>
    meter.createObservableGauge(`v8js.memory.heap.${name}`, { description, unit: 'By' })
  const used = gauge('used', 'Heap Memory size allocated.')
  const available = gauge('space.available_size', 'Heap space available size.')
  const physical = gauge('space.physical_size', 'Committed size of a heap space.')
  meter.addBatchObservableCallback(
    (result) => {
      for (const space of getHeapSpaceStatistics()) {
        const attributes = { 'v8js.heap.space.name': space.space_name }
        result.observe(size, space.space_size, attributes)
        result.observe(used, space.space_used_size, attributes)
        result.observe(available, space.space_available_size, attributes)
        result.observe(physical, space.physical_space_size, attributes)
      }
    },
    [size, used, available, physical],
  )
}

function observeResources(meter: Meter): void {
  const known = new Set<string>()
  const active = meter.createObservableGauge('v8js.resource.active', {
    description: 'Count of the active resources that are currently keeping the event loop alive.',
    unit: '{resource}',
  })
  active.addCallback((result) => {
    const counts = new Map<string, number>()
    for (const type of process.getActiveResourcesInfo()) {
      counts.set(type, (counts.get(type) ?? 0) + 1)
      known.add(type)
    }
    // One that there is none of any more is told as none.
    for (const type of known) result.observe(counts.get(type) ?? 0, { 'v8js.resource.type': type })
  })
}
