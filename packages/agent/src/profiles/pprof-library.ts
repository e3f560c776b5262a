/** The part of `@datadog/pprof` and of its `pprof-format` that is used here. Ids count from one, as in pprof. */

export type Numeric = number | bigint

/** An index into the string table for each. */
export interface PprofValueType {
  readonly type: Numeric
  readonly unit: Numeric
}

export interface PprofLabel {
  readonly key: Numeric
  readonly str: Numeric
  readonly num: Numeric
  readonly numUnit: Numeric
}

export interface PprofSample {
  readonly locationId: readonly Numeric[]
  readonly value: readonly Numeric[]
  readonly label: readonly PprofLabel[]
}

export interface PprofLocation {
  readonly line: readonly { readonly functionId: Numeric; readonly line: Numeric }[]
}

export interface PprofFunction {
  readonly name: Numeric
  readonly filename: Numeric
}

/** A profile as the message of pprof's profile.proto, in memory. */
export interface PprofProfile {
  readonly sampleType: readonly PprofValueType[]
  readonly sample: readonly PprofSample[]
  readonly location: readonly PprofLocation[]
  readonly function: readonly PprofFunction[]
  readonly stringTable: { readonly strings: readonly string[] }
  readonly periodType?: PprofValueType | undefined
  readonly period: Numeric
  timeNanos: Numeric
  durationNanos: Numeric
  encode(): Uint8Array
}

export type LabelSet = Record<string, string>

/** What a sample of time was taken in; `context` is the object that was set. */
export interface SampleOrigin {
  readonly context?: { readonly context?: object }
}

export interface TimeProfilerOptions {
  readonly intervalMicros: number
  readonly withContexts: boolean
  readonly collectCpuTime: boolean
  readonly useCPED: boolean
  readonly workaroundV8Bug: boolean
}

/** What `require('@datadog/pprof')` gives. */
export interface PprofLibrary {
  readonly time: {
    start(options: TimeProfilerOptions): void
    stop(restart: boolean, labels: (origin: SampleOrigin) => LabelSet, fewValues: string[]): PprofProfile
    setContext(context: object | undefined): void
    getContext(): unknown
    runWithContext<T>(context: object, action: () => T): T
    isStarted(): boolean
  }
  readonly heap: {
    start(intervalBytes: number, stackDepth: number): void
    stop(): void
    profile(): PprofProfile
  }
}
