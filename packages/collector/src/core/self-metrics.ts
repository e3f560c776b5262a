/** Label names to values. */
export type MetricLabels = Readonly<Record<string, string>>

export interface Counter {
  add(amount: number): void
  readonly value: number
}

export interface Histogram {
  record(value: number): void
}

/** One line to be: what a collector function gives when somebody scrapes. */
export interface Sample {
  readonly name: string
  readonly labels: MetricLabels
  readonly value: number
}

export type MetricType = 'counter' | 'gauge'

interface Family {
  readonly help: string
  readonly type: MetricType | 'histogram'
}

/** Labels come from component ids and fixed words; a bound all the same. */
const MAX_SERIES = 10_000

/**
 * The collector's own metrics, under the names the OpenTelemetry Collector gives them. Counters are kept; everything that
 * is kept elsewhere already is read when somebody scrapes.
 */
export class SelfMetrics {
  readonly #families = new Map<string, Family>()
  readonly #counters = new Map<string, CounterCell>()
  readonly #histograms = new Map<string, HistogramCell>()
  readonly #readers = new Set<() => Iterable<Sample>>()

  /** A counter; the same one for the same name and labels. Its name is written with `_total`. */
  counter(name: string, help: string, labels: MetricLabels): Counter {
    this.describe(name, 'counter', help)
    const key = seriesKey(name, labels)
    let cell = this.#counters.get(key)
    if (cell === undefined) {
      cell = new CounterCell(name, labels)
      if (this.#counters.size < MAX_SERIES) this.#counters.set(key, cell)
    }
    return cell
  }

  /** A histogram with upper bounds in rising order. */
  histogram(name: string, help: string, bounds: readonly number[], labels: MetricLabels): Histogram {
    this.#families.set(name, { help, type: 'histogram' })
    const key = seriesKey(name, labels)
    let cell = this.#histograms.get(key)
    if (cell === undefined) {
      cell = new HistogramCell(name, labels, bounds)
      if (this.#histograms.size < MAX_SERIES) this.#histograms.set(key, cell)
    }
    return cell
  }

  /** Says what the samples of a reader are. */
  describe(name: string, type: MetricType, help: string): void {
    this.#families.set(name, { help, type })
  }

  /** Adds a function that gives samples at each scrape. Returns a function that removes it. */
  onScrape(read: () => Iterable<Sample>): () => void {
    this.#readers.add(read)
    return () => this.#readers.delete(read)
  }

  /** Every sample there is now, histograms as their parts. */
  samples(): Sample[] {
    const all: Sample[] = []
    for (const { name, labels, value } of this.#counters.values()) all.push({ name, labels, value })
    for (const read of this.#readers) all.push(...read())
    return all
  }

  /** The Prometheus text format, version 0.0.4. */
  text(): string {
    const byName = new Map<string, Sample[]>()
    for (const sample of this.samples()) {
      const list = byName.get(sample.name)
      if (list === undefined) byName.set(sample.name, [sample])
      else list.push(sample)
    }
    let text = ''
    for (const name of [...byName.keys()].sort()) {
      const family = this.#families.get(name)
      const type = family?.type ?? 'gauge'
      const shown = type === 'counter' ? `${name}_total` : name
      text += `# HELP ${shown} ${(family?.help ?? '').replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`
      text += `# TYPE ${shown} ${type}\n`
      for (const { labels, value } of byName.get(name) ?? []) text += `${shown}${showLabels(labels)} ${show(value)}\n`
    }
    for (const cell of this.#histograms.values()) {
      text += `# HELP ${cell.name} ${this.#families.get(cell.name)?.help ?? ''}\n# TYPE ${cell.name} histogram\n`
      text += cell.text()
    }
    return text
  }
}

class CounterCell implements Counter {
  readonly name: string
  readonly labels: MetricLabels
  value = 0

  constructor(name: string, labels: MetricLabels) {
    this.name = name
    this.labels = labels
  }

  add(amount: number): void {
    this.value += amount
  }
}

class HistogramCell implements Histogram {
  readonly name: string
  readonly #labels: MetricLabels
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0

  constructor(name: string, labels: MetricLabels, bounds: readonly number[]) {
    this.name = name
    this.#labels = labels
    this.#bounds = bounds
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0)
  }

  record(value: number): void {
    this.#sum += value
    let i = 0
    while (i < this.#bounds.length && value > (this.#bounds[i] ?? 0)) i += 1
    this.#counts[i] = (this.#counts[i] ?? 0) + 1
  }

  text(): string {
    let text = ''
    let running = 0
    for (const [i, count] of this.#counts.entries()) {
      running += count
      const bound = this.#bounds[i]
      const labels = { ...this.#labels, le: bound === undefined ? '+Inf' : String(bound) }
      text += `${this.name}_bucket${showLabels(labels)} ${running}\n`
    }
    const labels = showLabels(this.#labels)
    return `${text}${this.name}_sum${labels} ${show(this.#sum)}\n${this.name}_count${labels} ${running}\n`
  }
}

function seriesKey(name: string, labels: MetricLabels): string {
  return `${name}${showLabels(labels)}`
}

function showLabels(labels: MetricLabels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function show(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return String(value)
}
