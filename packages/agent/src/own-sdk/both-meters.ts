import type { BatchObservableCallback, Meter, MeterProvider, Observable, ObservableCallback } from '@opentelemetry/api'

/** Instruments of any kind: what takes a value, and what is asked for one. */
interface Instrument {
  add?: (...args: unknown[]) => void
  record?: (...args: unknown[]) => void
  addCallback?: (callback: ObservableCallback) => void
  removeCallback?: (callback: ObservableCallback) => void
}

type CreateInstrument = (name: string, options?: object) => Instrument

const CREATE = [
  'createCounter',
  'createUpDownCounter',
  'createHistogram',
  'createGauge',
  'createObservableCounter',
  'createObservableUpDownCounter',
  'createObservableGauge',
] as const

interface Batch {
  readonly callback: BatchObservableCallback
  readonly observables: readonly Observable[]
}

/** A meter whose instruments measure for the agent and, once it has joined, for the program's own provider. */
export class BothMeters {
  readonly meter: Meter
  readonly #agents: Meter
  readonly #meterOf: (provider: MeterProvider) => Meter
  readonly #instruments = new Map<string, BothInstruments>()
  readonly #batches: Batch[] = []
  #programs: Meter | undefined

  constructor(agents: Meter, meterOf: (provider: MeterProvider) => Meter) {
    this.#agents = agents
    this.#meterOf = meterOf
    this.meter = this.#createMeter()
  }

  /** Makes everything again with the program's provider. */
  join(provider: MeterProvider): void {
    this.#programs = this.#meterOf(provider)
    for (const instrument of this.#instruments.values()) instrument.join(this.#programs)
    for (const { callback, observables } of this.#batches) {
      this.#programs.addBatchObservableCallback(this.#translated(callback), this.#ofProgram(observables))
    }
  }

  #createMeter(): Meter {
    const meter: Record<string, unknown> = {}
    for (const create of CREATE) {
      meter[create] = (name: string, options?: object): Instrument => this.#instrument(create, name, options).instrument
    }
    meter['addBatchObservableCallback'] = (callback: BatchObservableCallback, observables: Observable[]): void => {
      this.#batches.push({ callback, observables })
      this.#agents.addBatchObservableCallback(this.#translatedForAgent(callback), this.#ofAgent(observables))
      this.#programs?.addBatchObservableCallback(this.#translated(callback), this.#ofProgram(observables))
    }
    meter['removeBatchObservableCallback'] = (callback: BatchObservableCallback, observables: Observable[]): void => {
      const at = this.#batches.findIndex((batch) => batch.callback === callback)
      if (at >= 0) this.#batches.splice(at, 1)
      this.#agents.removeBatchObservableCallback(this.#translatedForAgent(callback), this.#ofAgent(observables))
      this.#programs?.removeBatchObservableCallback(this.#translated(callback), this.#ofProgram(observables))
    }
    return meter as object as Meter
  }

  #instrument(create: (typeof CREATE)[number], name: string, options?: object): BothInstruments {
    const key = `${create} ${name} ${JSON.stringify(options ?? {})}`
    const known = this.#instruments.get(key)
    if (known !== undefined) return known
    const made = new BothInstruments(this.#agents, (meter) =>
      (meter[create] as CreateInstrument).call(meter, name, options),
    )
    if (this.#programs !== undefined) made.join(this.#programs)
    this.#instruments.set(key, made)
    return made
  }

  #ofAgent(observables: readonly Observable[]): Observable[] {
    return observables.map((one) => (bothOf.get(one)?.agents ?? one) as Observable)
  }

  #ofProgram(observables: readonly Observable[]): Observable[] {
    return observables.flatMap((one) => (bothOf.get(one)?.programs as Observable | undefined) ?? [])
  }

  #translatedForAgent(callback: BatchObservableCallback): BatchObservableCallback {
    return remembered(forAgent, callback, (one) => bothOf.get(one)?.agents)
  }

  #translated(callback: BatchObservableCallback): BatchObservableCallback {
    return remembered(forProgram, callback, (one) => bothOf.get(one)?.programs)
  }
}

const bothOf = new WeakMap<object, BothInstruments>()
const forAgent = new WeakMap<BatchObservableCallback, BatchObservableCallback>()
const forProgram = new WeakMap<BatchObservableCallback, BatchObservableCallback>()

/** The callback with the instruments it names exchanged; the same one each time, so that it can be removed. */
function remembered(
  known: WeakMap<BatchObservableCallback, BatchObservableCallback>,
  callback: BatchObservableCallback,
  real: (one: Observable) => Instrument | undefined,
): BatchObservableCallback {
  const found = known.get(callback)
  if (found !== undefined) return found
  const translated: BatchObservableCallback = (result) =>
    callback({
      observe: (one, ...rest) => result.observe((real(one) ?? one) as Observable, ...rest),
    })
  known.set(callback, translated)
  return translated
}

class BothInstruments {
  readonly instrument: Instrument
  readonly agents: Instrument
  programs: Instrument | undefined
  readonly #make: (meter: Meter) => Instrument
  readonly #callbacks = new Set<ObservableCallback>()

  constructor(meter: Meter, make: (meter: Meter) => Instrument) {
    this.#make = make
    this.agents = make(meter)
    this.instrument = {
      add: (...args) => {
        this.agents.add?.(...args)
        this.programs?.add?.(...args)
      },
      record: (...args) => {
        this.agents.record?.(...args)
        this.programs?.record?.(...args)
      },
      addCallback: (callback) => {
        this.#callbacks.add(callback)
        this.agents.addCallback?.(callback)
        this.programs?.addCallback?.(callback)
      },
      removeCallback: (callback) => {
        this.#callbacks.delete(callback)
        this.agents.removeCallback?.(callback)
        this.programs?.removeCallback?.(callback)
      },
    }
    bothOf.set(this.instrument, this)
  }

  join(meter: Meter): void {
    this.programs = this.#make(meter)
    for (const callback of this.#callbacks) this.programs.addCallback?.(callback)
  }
}
