import protobuf from 'protobufjs'

/**
 * Profiles of OTLP as protobuf source, written from the field numbers of protocol 1.11 (v1development) and not from our
 * encoder: what a foreign implementation reads our bytes with.
 */
const PROFILES_PROTO = `
syntax = "proto3";

message ExportProfilesServiceRequest { repeated ResourceProfiles resource_profiles = 1; ProfilesDictionary dictionary = 2; }
message ResourceProfiles { Resource resource = 1; repeated ScopeProfiles scope_profiles = 2; string schema_url = 3; }
message ScopeProfiles { InstrumentationScope scope = 1; repeated Profile profiles = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; }
message InstrumentationScope { string name = 1; string version = 2; }
message KeyValue { string key = 1; AnyValue value = 2; int32 key_strindex = 3; }
message AnyValue {
  oneof value {
    string string_value = 1;
    bool bool_value = 2;
    int64 int_value = 3;
    double double_value = 4;
    ArrayValue array_value = 5;
    bytes bytes_value = 7;
    int32 string_value_strindex = 8;
  }
}
message ArrayValue { repeated AnyValue values = 1; }

message ProfilesDictionary {
  repeated Mapping mapping_table = 1;
  repeated Location location_table = 2;
  repeated Function function_table = 3;
  repeated Link link_table = 4;
  repeated string string_table = 5;
  repeated KeyValueAndUnit attribute_table = 6;
  repeated Stack stack_table = 7;
}
message Profile {
  ValueType sample_type = 1;
  repeated Sample samples = 2;
  fixed64 time_unix_nano = 3;
  uint64 duration_nano = 4;
  ValueType period_type = 5;
  int64 period = 6;
  bytes profile_id = 7;
  uint32 dropped_attributes_count = 8;
  string original_payload_format = 9;
  bytes original_payload = 10;
  repeated int32 attribute_indices = 11;
}
message Link { bytes trace_id = 1; bytes span_id = 2; }
message ValueType { int32 type_strindex = 1; int32 unit_strindex = 2; }
message Sample {
  int32 stack_index = 1;
  repeated int32 attribute_indices = 2;
  int32 link_index = 3;
  repeated int64 values = 4;
  repeated fixed64 timestamps_unix_nano = 5;
}
message Mapping {
  uint64 memory_start = 1;
  uint64 memory_limit = 2;
  uint64 file_offset = 3;
  int32 filename_strindex = 4;
  repeated int32 attribute_indices = 5;
}
message Stack { repeated int32 location_indices = 1; }
message Location { int32 mapping_index = 1; uint64 address = 2; repeated Line lines = 3; repeated int32 attribute_indices = 4; }
message Line { int32 function_index = 1; int64 line = 2; int64 column = 3; }
message Function { int32 name_strindex = 1; int32 system_name_strindex = 2; int32 filename_strindex = 3; int64 start_line = 4; }
message KeyValueAndUnit { int32 key_strindex = 1; AnyValue value = 2; int32 unit_strindex = 3; }
`

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
      const identity = JSON.stringify([sample.stackIndex, sample.attributeIndices.toSorted(), sample.linkIndex])
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
