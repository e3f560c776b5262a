import { ProtobufAppender } from '../pipeline/protobuf-appender.ts'
import { randomWord } from '../tracer/ids.ts'
import { LABEL } from './context-labels.ts'
import type { PprofProfile, PprofSample } from './pprof-library.ts'
import { appendPacked, appendWhole, ProfilesDictionary } from './profiles-dictionary.ts'

// Fields of opentelemetry.proto.{collector.,}profiles.v1development (protocol 1.10 and 1.11), as tag bytes.
const REQUEST = { resourceProfiles: 0x0a, dictionary: 0x12 } as const
const RESOURCE_PROFILES = { scopeProfiles: 0x12 } as const
const SCOPE_PROFILES = { scope: 0x0a, profiles: 0x12 } as const
const SCOPE_NAME = 0x0a
const PROFILE = {
  sampleType: 0x0a,
  samples: 0x12,
  time: 0x19,
  durationNanos: 0x20,
  periodType: 0x2a,
  period: 0x30,
  id: 0x3a,
  attributes: 0x5a,
} as const
const SAMPLE = { stack: 0x08, attributes: 0x12, link: 0x18, values: 0x22 } as const
const VALUE_TYPE = { type: 0x08, unit: 0x10 } as const

const SCOPE = '@clew/agent/profiles'
/** Says how often the profiler has looked, which the time says already. */
const LEFT_OUT = 'sample'
/** A frame that is JavaScript, by the semantic conventions for profiles. */
const FRAME_TYPE = ['profile.frame.type', 'v8js'] as const

/** A profile of the library, and what it is about. */
export interface TakenProfile {
  readonly profile: PprofProfile
  readonly startMs: number
  readonly endMs: number
}

/** Samples that differ in their values only: one sum for each type. */
interface Sum {
  readonly stack: number
  readonly attributes: readonly number[]
  readonly link: number
  readonly values: number[]
}

/**
 * An ExportProfilesServiceRequest of one resource (its `resource` field, with the tag). OTLP has one type of values a
 * profile, so that a pprof profile becomes one for each of its types. `attributes` are of all of them.
 */
export function profilesRequest(
  resource: Uint8Array,
  taken: readonly TakenProfile[],
  attributes: Readonly<Record<string, string | number>>,
): Uint8Array {
  const dictionary = new ProfilesDictionary()
  const shared = Object.entries(attributes).map(([key, value]) => dictionary.attribute(key, value))
  const out = new ProtobufAppender(64 * 1024)
  const mark = out.openLong(REQUEST.resourceProfiles)
  out.raw(resource)
  const scopeProfiles = out.openLong(RESOURCE_PROFILES.scopeProfiles)
  const scope = out.openLong(SCOPE_PROFILES.scope)
  out.string(SCOPE_NAME, SCOPE)
  out.closeLong(scope)
  for (const each of taken) appendProfiles(out, dictionary, each, shared)
  out.closeLong(scopeProfiles)
  out.closeLong(mark)
  const tables = out.openLong(REQUEST.dictionary)
  dictionary.appendTo(out)
  out.closeLong(tables)
  return out.view()
}

function appendProfiles(
  out: ProtobufAppender,
  dictionary: ProfilesDictionary,
  { profile, startMs, endMs }: TakenProfile,
  attributes: readonly number[],
): void {
  const { strings } = profile.stringTable
  const sums = sumsOf(profile, dictionary)
  const valueType = (tag: number, { type, unit }: { type: number | bigint; unit: number | bigint }): void => {
    const mark = out.openLong(tag)
    appendWhole(out, VALUE_TYPE.type, dictionary.string(strings[Number(type)] ?? ''))
    appendWhole(out, VALUE_TYPE.unit, dictionary.string(strings[Number(unit)] ?? ''))
    out.closeLong(mark)
  }
  for (const [at, sampleType] of profile.sampleType.entries()) {
    if (strings[Number(sampleType.type)] === LEFT_OUT) continue
    const mark = out.openLong(SCOPE_PROFILES.profiles)
    valueType(PROFILE.sampleType, sampleType)
    for (const sum of sums) if (sum.values[at]! > 0) appendSample(out, sum, sum.values[at]!)
    out.time(PROFILE.time, Math.floor(startMs / 1000), Math.round((startMs % 1000) * 1e6))
    appendWhole(out, PROFILE.durationNanos, Math.round((endMs - startMs) * 1e6))
    if (profile.periodType) valueType(PROFILE.periodType, profile.periodType)
    appendWhole(out, PROFILE.period, Number(profile.period))
    out.bytes16(PROFILE.id, randomWord(), randomWord(), randomWord(), randomWord())
    appendPacked(out, PROFILE.attributes, attributes)
    out.closeLong(mark)
  }
}

function appendSample(out: ProtobufAppender, { stack, attributes, link }: Sum, value: number): void {
  const mark = out.openLong(PROFILE.samples)
  appendWhole(out, SAMPLE.stack, stack)
  appendPacked(out, SAMPLE.attributes, attributes)
  appendWhole(out, SAMPLE.link, link)
  appendPacked(out, SAMPLE.values, [value])
  out.closeLong(mark)
}

/** Samples of the same stack, attributes and link are one in OTLP. */
function sumsOf(profile: PprofProfile, dictionary: ProfilesDictionary): Sum[] {
  const { sampleType, stringTable } = profile
  const sums = new Map<string, Sum>()
  const locate = locator(profile, dictionary)
  const leftOut = sampleType.findIndex(({ type }) => stringTable.strings[Number(type)] === LEFT_OUT)
  for (const sample of profile.sample) {
    // What nothing refers to is not to be in the dictionary.
    if (sample.value.every((value, at) => at === leftOut || Number(value) === 0)) continue
    const stack = dictionary.stack(sample.locationId.map((id) => locate(Number(id))))
    const { attributes, link } = originOf(sample, profile, dictionary)
    const identity = `${stack}:${link}:${attributes.join()}`
    let sum = sums.get(identity)
    if (sum === undefined) {
      sum = { stack, attributes, link, values: sampleType.map(() => 0) }
      sums.set(identity, sum)
    }
    for (const [at, value] of sample.value.entries()) sum.values[at]! += Math.round(Number(value))
  }
  return [...sums.values()]
}

/** Gives the index in the dictionary for the id of a location, which counts from one. */
function locator(profile: PprofProfile, dictionary: ProfilesDictionary): (id: number) => number {
  const { strings } = profile.stringTable
  const known: (number | undefined)[] = []
  return (id) => {
    const found = known[id]
    if (found !== undefined) return found
    const [line] = profile.location[id - 1]?.line ?? []
    const owner = profile.function[Number(line?.functionId ?? 0) - 1]
    const file = strings[Number(owner?.filename ?? 0)] ?? ''
    // What the profiler has put in for the collector of garbage and the like is in no file.
    const attributes = file === '' ? [] : [dictionary.attribute(...FRAME_TYPE)]
    const name = strings[Number(owner?.name ?? 0)] ?? ''
    return (known[id] = dictionary.location(name, file, Number(line?.line ?? 0), attributes))
  }
}

function originOf(
  { label }: PprofSample,
  { stringTable: { strings } }: PprofProfile,
  dictionary: ProfilesDictionary,
): { readonly attributes: number[]; readonly link: number } {
  const attributes: number[] = []
  let traceId = ''
  let spanId = ''
  for (const { key, str } of label) {
    const name = strings[Number(key)] ?? ''
    const text = strings[Number(str)] ?? ''
    if (name === LABEL.traceId) traceId = text
    else if (name === LABEL.spanId) spanId = text
    else attributes.push(dictionary.attribute(name, text))
  }
  // In one order: the same ones in another are the same.
  attributes.sort((a, b) => a - b)
  return { attributes, link: traceId === '' ? 0 : dictionary.link(traceId, spanId) }
}
