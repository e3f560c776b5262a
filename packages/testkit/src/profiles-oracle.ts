import protobuf from 'protobufjs'
import { PROFILES_PROTO } from './profiles-proto.ts'

const REQUEST = protobuf.parse(PROFILES_PROTO).root.lookupType('ExportProfilesServiceRequest')

/** A frame of a stack. */
export interface OracleFrame {
  readonly name: string
  readonly file: string
  readonly line: number
  readonly attributes: Readonly<Record<string, unknown>>
}

/** A sample with everything it refers to. */
export interface OracleSample {
  readonly frames: readonly OracleFrame[]
  readonly attributes: Readonly<Record<string, unknown>>
  readonly traceId: string | undefined
  readonly spanId: string | undefined
  readonly values: readonly number[]
}

/** A profile likewise. */
export interface OracleProfile {
  readonly type: string
  readonly unit: string
  readonly periodType: string
  readonly period: number
  readonly timeMs: number
  readonly durationMs: number
  readonly id: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly resource: Readonly<Record<string, unknown>>
  readonly scope: string
  readonly samples: readonly OracleSample[]
}

interface Value {
  readonly stringValue?: string
  readonly intValue?: string
}
type Indices = readonly number[]
interface Wire {
  resourceProfiles: {
    resource?: { attributes: { key: string; value: Value }[] }
    scopeProfiles: { scope?: { name: string }; profiles: WireProfile[] }[]
  }[]
  dictionary: {
    mappingTable: object[]
    locationTable: { lines: { functionIndex: number; line: string }[]; attributeIndices: Indices }[]
    functionTable: { nameStrindex: number; filenameStrindex: number }[]
    linkTable: { traceId: Uint8Array; spanId: Uint8Array }[]
    stringTable: string[]
    attributeTable: { keyStrindex: number; value?: Value; unitStrindex: number }[]
    stackTable: { locationIndices: Indices }[]
  }
}
interface WireType {
  typeStrindex: number
  unitStrindex: number
}
interface WireProfile {
  sampleType: WireType
  samples: { stackIndex: number; attributeIndices: Indices; linkIndex: number; values: string[] }[]
  timeUnixNano: string
  durationNano: string
  periodType: WireType
  period: string
  profileId: Uint8Array
  attributeIndices: Indices
}

/**
 * What protobufjs reads from an ExportProfilesServiceRequest, with all references followed. Throws when a rule of the protocol
 * is broken: the first entry of a table is not empty, an index points nowhere, an entry is there twice or is not used, or two
 * samples have the same identity.
 */
export function oracleProfiles(bytes: Uint8Array): OracleProfile[] {
  const object = REQUEST.toObject(REQUEST.decode(bytes), { longs: String, arrays: true, defaults: true, oneofs: false })
  const { resourceProfiles, dictionary } = object as Wire
  const tables = new CheckedTables(dictionary)
  const profiles = resourceProfiles.flatMap(({ resource, scopeProfiles }) =>
    scopeProfiles.flatMap(({ scope, profiles: all }) =>
      all.map((profile) => ({
        ...resolved(profile, tables),
        resource: Object.fromEntries((resource?.attributes ?? []).map(({ key, value }) => [key, plain(value)])),
        scope: scope?.name ?? '',
      })),
    ),
  )
  tables.checkAllUsed()
  return profiles
}

function resolved(profile: WireProfile, tables: CheckedTables): Omit<OracleProfile, 'resource' | 'scope'> {
  const identities = new Set<string>()
  return {
    type: tables.string(profile.sampleType.typeStrindex),
    unit: tables.string(profile.sampleType.unitStrindex),
    periodType: tables.string(profile.periodType.typeStrindex) + tables.string(profile.periodType.unitStrindex, '/'),
    period: Number(profile.period),
    timeMs: Number(BigInt(profile.timeUnixNano) / 1_000_000n),
    durationMs: Number(profile.durationNano) / 1e6,
    id: Buffer.from(profile.profileId).toString('hex'),
    attributes: tables.attributes(profile.attributeIndices),
    samples: profile.samples.map((sample) => {
      const identity = JSON.stringify([
        sample.stackIndex,
        sample.attributeIndices.toSorted((a, b) => a - b),
        sample.linkIndex,
      ])
      if (identities.has(identity)) throw new Error(`there are two samples ${identity}`)
      identities.add(identity)
      return {
        frames: tables.frames(sample.stackIndex),
        attributes: tables.attributes(sample.attributeIndices),
        ...tables.link(sample.linkIndex),
        values: sample.values.map(Number),
      }
    }),
  }
}

class CheckedTables {
  readonly #tables: Wire['dictionary']
  readonly #used = new Map<keyof Wire['dictionary'], Set<number>>()

  constructor(tables: Wire['dictionary']) {
    this.#tables = tables
    for (const [name, entries] of Object.entries(tables) as [keyof Wire['dictionary'], unknown[]][]) {
      if (!isZero(entries[0])) throw new Error(`${name}[0] is ${JSON.stringify(entries[0])}`)
      const texts = entries.map((entry) => JSON.stringify(entry))
      if (new Set(texts).size !== texts.length) throw new Error(`${name} has an entry twice`)
      this.#used.set(name, new Set([0]))
    }
  }

  string(index: number, prefix = ''): string {
    return prefix + this.#at('stringTable', index)
  }

  attributes(indices: Indices): Record<string, unknown> {
    const entries = indices.map((index) => {
      const { keyStrindex, value, unitStrindex } = this.#at('attributeTable', index)
      const unit = this.string(unitStrindex)
      return [this.string(keyStrindex), unit === '' ? plain(value) : `${String(plain(value))} ${unit}`] as const
    })
    if (new Set(entries.map(([key]) => key)).size !== entries.length) throw new Error('an attribute is there twice')
    return Object.fromEntries(entries)
  }

  frames(stackIndex: number): OracleFrame[] {
    return this.#at('stackTable', stackIndex).locationIndices.map((index) => {
      const { lines, attributeIndices } = this.#at('locationTable', index)
      const [{ functionIndex, line } = { functionIndex: 0, line: '0' }] = lines
      const { nameStrindex, filenameStrindex } = this.#at('functionTable', functionIndex)
      return {
        name: this.string(nameStrindex),
        file: this.string(filenameStrindex),
        line: Number(line),
        attributes: this.attributes(attributeIndices),
      }
    })
  }

  link(index: number): Pick<OracleSample, 'traceId' | 'spanId'> {
    if (index === 0) return { traceId: undefined, spanId: undefined }
    const { traceId, spanId } = this.#at('linkTable', index)
    return { traceId: Buffer.from(traceId).toString('hex'), spanId: Buffer.from(spanId).toString('hex') }
  }

  checkAllUsed(): void {
    for (const [name, used] of this.#used) {
      const missing = this.#tables[name].findIndex((_entry, index) => !used.has(index))
      if (missing !== -1)
        throw new Error(`${name}[${missing}] is not used: ${JSON.stringify(this.#tables[name][missing])}`)
    }
  }

  #at<K extends keyof Wire['dictionary']>(name: K, index: number): Wire['dictionary'][K][number] {
    const entry = this.#tables[name][index] as Wire['dictionary'][K][number] | undefined
    if (entry === undefined) throw new Error(`${name}[${index}] is not there`)
    this.#used.get(name)?.add(index)
    return entry
  }
}

/** Whether all of it is what is missing stands for. Numbers of 64 bits are texts here. */
function isZero(value: unknown): boolean {
  if (value instanceof Uint8Array) return value.every((byte) => byte === 0)
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isZero)
  return value === '' || value === 0 || value === '0' || value === null
}

function plain(value: Value | undefined): unknown {
  if (value?.intValue !== undefined) return Number(value.intValue)
  return value?.stringValue
}
