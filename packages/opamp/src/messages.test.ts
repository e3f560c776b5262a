import fc from 'fast-check'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import {
  decodeAgentToServer,
  decodeServerToAgent,
  encodeAgentToServer,
  encodeServerToAgent,
  type AgentToServer,
  type AnyValue,
  type ComponentHealth,
  type ServerToAgent,
} from './messages.ts'
import { OPAMP_PROTO } from './testdata/opamp-proto.ts'
import { OpampWireError } from './wire-error.ts'

const { root } = protobuf.parse(OPAMP_PROTO)
const agentOracle = root.lookupType('opamp.proto.v1.AgentToServer')
const serverOracle = root.lookupType('opamp.proto.v1.ServerToAgent')

const bytes = fc.uint8Array({ maxLength: 40 })
const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const uint = fc.maxSafeNat()
const value: fc.Arbitrary<AnyValue> = fc.letrec<{ value: AnyValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) }),
    fc.record({ doubleValue: fc.double({ noNaN: true }) }),
    fc.record({ bytesValue: bytes }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }) }),
    fc.record({
      kvlistValue: fc.record({ values: fc.array(fc.record({ key: text, value: tie('value') }), { maxLength: 3 }) }),
    }),
  ),
})).value
const attributes = fc.array(fc.record({ key: text, value }), { maxLength: 4 })
const nanos = fc.bigInt(0n, 2n ** 64n - 1n)
const health: fc.Arbitrary<ComponentHealth> = fc.letrec<{ health: ComponentHealth }>((tie) => ({
  health: fc.record({
    healthy: fc.boolean(),
    startTimeUnixNano: nanos,
    lastError: text,
    status: text,
    statusTimeUnixNano: nanos,
    componentHealthMap: fc.oneof(
      { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
      fc.constant({}),
      fc.dictionary(text, tie('health'), { maxKeys: 2, noNullPrototype: true }),
    ),
  }),
})).health
const configMap = fc.record({
  configMap: fc.dictionary(text, fc.record({ body: bytes, contentType: text }), { maxKeys: 3, noNullPrototype: true }),
})
const optional = { requiredKeys: [] as never[] }
const agentMessage = fc.record(
  {
    instanceUid: bytes,
    sequenceNum: uint,
    capabilities: uint,
    agentDescription: fc.record({ identifyingAttributes: attributes, nonIdentifyingAttributes: attributes }),
    health,
    effectiveConfig: fc.record({ configMap }, optional),
    remoteConfigStatus: fc.record({ lastRemoteConfigHash: bytes, status: fc.nat(3), errorMessage: text }),
    agentDisconnect: fc.constant({}),
    flags: uint,
    customCapabilities: fc.record({ capabilities: fc.array(text, { maxLength: 3 }) }),
  },
  { requiredKeys: ['instanceUid', 'sequenceNum', 'capabilities', 'flags'] },
)
const serverMessage = fc.record(
  {
    instanceUid: bytes,
    flags: uint,
    capabilities: uint,
    errorResponse: fc.record(
      { type: fc.nat(2), errorMessage: text, retryInfo: fc.record({ retryAfterNanoseconds: uint }) },
      { requiredKeys: ['type', 'errorMessage'] },
    ),
    remoteConfig: fc.record({ config: configMap, configHash: bytes }),
    agentIdentification: fc.record({ newInstanceUid: bytes }),
    command: fc.record({ type: fc.constant(0) }),
  },
  { requiredKeys: ['instanceUid', 'flags', 'capabilities'] },
)

/** What protobufjs reads, with defaults, in our types. */
function byOracle(oracle: protobuf.Type, encoded: Uint8Array): unknown {
  const plain = oracle.toObject(oracle.decode(encoded), { longs: String, bytes: Array, arrays: true, objects: true })
  return normal(plain)
}

/** Both sides in one form: numbers of any type as text, bytes as lists, absent as zero or empty. */
function normal(input: unknown): unknown {
  if (input instanceof Uint8Array) return Array.from(input, String)
  if (typeof input === 'number' && Object.is(input, -0)) return '0'
  if (typeof input === 'number' || typeof input === 'bigint') return String(input)
  if (Array.isArray(input)) return input.map(normal)
  if (typeof input !== 'object' || input === null) return input
  const entries = Object.entries(input).filter(([, each]) => each !== undefined && each !== null)
  return new Map(entries.map(([key, each]) => [key, normal(each)] as const).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Plain fields that are zero are not on the wire; the oracle leaves them out too. */
function withoutZeros(input: unknown): unknown {
  if (input instanceof Map) {
    const kept = [...input]
      .map(([key, each]) => [key, withoutZeros(each)] as const)
      .filter(([key, each]) => String(key).endsWith('Value') || !isEmpty(each))
    return new Map(kept)
  }
  return Array.isArray(input) ? input.map(withoutZeros) : input
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === '0' || value === false || (Array.isArray(value) && value.length === 0)
}

const comparable = (input: unknown): unknown => withoutZeros(normal(input))

describe('against protobufjs with the official fields', () => {
  it('what we write of an agent, it reads as it was; and so do we', () => {
    fc.assert(
      fc.property(agentMessage, (message) => {
        const encoded = encodeAgentToServer(message as AgentToServer)
        expect(withoutZeros(byOracle(agentOracle, encoded))).toEqual(comparableOfOracle(message, encoded, agentOracle))
        expect(comparable(decodeAgentToServer(encoded))).toEqual(
          comparable(decodeAgentToServer(encodeAgentToServer(decodeAgentToServer(encoded)))),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('what it writes, we read: agent', () => {
    fc.assert(
      fc.property(agentMessage, (message) => {
        const encoded = agentOracle.encode(agentOracle.fromObject(forOracle(message) as object)).finish()
        expect(comparable(decodeAgentToServer(encoded))).toEqual(
          comparable(decodeAgentToServer(encodeAgentToServer(message as AgentToServer))),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('what it writes, we read: server; and the other way round', () => {
    fc.assert(
      fc.property(serverMessage, (message) => {
        const theirs = serverOracle.encode(serverOracle.fromObject(forOracle(message) as object)).finish()
        const ours = encodeServerToAgent(message as ServerToAgent)
        expect(comparable(decodeServerToAgent(theirs))).toEqual(comparable(decodeServerToAgent(ours)))
        expect(byOracle(serverOracle, ours)).toEqual(byOracle(serverOracle, theirs))
      }),
      { numRuns: 300 },
    )
  })
})

/** The oracle's own encoding of the message, read back by the oracle: what ours must be read as. */
function comparableOfOracle(message: object, _ours: Uint8Array, oracle: protobuf.Type): unknown {
  return withoutZeros(byOracle(oracle, oracle.encode(oracle.fromObject(forOracle(message) as object)).finish()))
}

/** protobufjs takes 64-bit numbers as text. */
function forOracle(input: unknown): unknown {
  if (typeof input === 'bigint') return String(input)
  if (input instanceof Uint8Array || typeof input !== 'object' || input === null) return input
  if (Array.isArray(input)) return input.map(forOracle)
  const copy: Record<string, unknown> = {}
  for (const [key, each] of Object.entries(input)) {
    Object.defineProperty(copy, key, { value: forOracle(each), enumerable: true, configurable: true, writable: true })
  }
  return copy
}

describe('fields that are not ours', () => {
  it('are stepped over: packages, custom messages, connection settings', () => {
    const encoded = agentOracle
      .encode(
        agentOracle.fromObject({
          instanceUid: new Uint8Array(16).fill(7),
          packageStatuses: { errorMessage: 'x' },
          customMessage: { capability: 'c', type: 't', data: new Uint8Array(9) },
          sequenceNum: 3,
        }),
      )
      .finish()
    expect(decodeAgentToServer(encoded)).toMatchObject({ sequenceNum: 3, instanceUid: new Uint8Array(16).fill(7) })
    const offer = serverOracle.encode(
      serverOracle.fromObject({ connectionSettings: { opamp: { heartbeatIntervalSeconds: 5 } }, flags: 1 }),
    )
    expect(decodeServerToAgent(offer.finish()).flags).toBe(1)
  })
})

describe('bytes that are no message', () => {
  it('are an OpampWireError or a message, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        try {
          decodeAgentToServer(input)
          decodeServerToAgent(input)
        } catch (error) {
          expect(error).toBeInstanceOf(OpampWireError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('cut off anywhere are noticed or read as the fields before', () => {
    fc.assert(
      fc.property(agentMessage, fc.double({ min: 0, max: 1, noNaN: true }), (message, part) => {
        const whole = encodeAgentToServer(message as AgentToServer)
        try {
          decodeAgentToServer(whole.subarray(0, Math.floor(whole.length * part)))
        } catch (error) {
          expect(error).toBeInstanceOf(OpampWireError)
        }
      }),
    )
  })

  it.each([
    ['a length beyond the end', [0x0a, 0x05, 1], 1],
    ['a huge length', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 1],
    ['a varint without end', [0x10, ...Array.from({ length: 11 }, () => 0x80)], 1],
    ['field number 0', [0x00, 0x00], 0],
    ['a group', [0x0b], 1],
  ])('%s is said with its place', (_name, input, at) => {
    expect(() => decodeAgentToServer(Uint8Array.from(input))).toThrow(expect.objectContaining({ at }))
  })

  it('nested 32 deep is read, 33 deep is refused', () => {
    const nested = (depth: number): ComponentHealth =>
      depth === 0 ? { healthy: true } : { healthy: true, componentHealthMap: { x: nested(depth - 1) } }
    const message = (depth: number): Uint8Array =>
      encodeAgentToServer({ instanceUid: new Uint8Array(16), sequenceNum: 1, capabilities: 1, health: nested(depth) })
    expect(decodeAgentToServer(message(31)).health).toBeDefined()
    expect(() => decodeAgentToServer(message(32))).toThrow(OpampWireError)
  })

  it('a key called __proto__ is a key', () => {
    const config = JSON.parse('{"__proto__":{}}') as Record<string, never>
    Object.defineProperty(config, '__proto__', {
      value: { body: new Uint8Array(1), contentType: '' },
      enumerable: true,
    })
    const encoded = encodeServerToAgent({
      instanceUid: new Uint8Array(16),
      remoteConfig: { config: { configMap: config }, configHash: new Uint8Array(1) },
    })
    expect(Object.keys(decodeServerToAgent(encoded).remoteConfig?.config?.configMap ?? {})).toEqual(['__proto__'])
  })
})
