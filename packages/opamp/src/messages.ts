import { decodeMessage, encodeMessage } from './codec.ts'
import type { Field, Schema } from './schema.ts'

/** A value of an attribute; exactly one of these is there. */
export interface AnyValue {
  stringValue?: string
  boolValue?: boolean
  intValue?: bigint
  doubleValue?: number
  arrayValue?: { values: AnyValue[] }
  kvlistValue?: { values: KeyValue[] }
  bytesValue?: Uint8Array
}

export interface KeyValue {
  key: string
  value?: AnyValue
}

export interface AgentDescription {
  identifyingAttributes: KeyValue[]
  nonIdentifyingAttributes: KeyValue[]
}

/** Times are nanoseconds since 1970. */
export interface ComponentHealth {
  healthy: boolean
  startTimeUnixNano?: bigint
  lastError?: string
  status?: string
  statusTimeUnixNano?: bigint
  componentHealthMap?: Record<string, ComponentHealth>
}

export interface ConfigFile {
  body: Uint8Array
  contentType: string
}

export interface ConfigMap {
  configMap: Record<string, ConfigFile>
}

export interface RemoteConfigStatus {
  lastRemoteConfigHash: Uint8Array
  /** One of REMOTE_CONFIG_STATUS. */
  status: number
  errorMessage?: string
}

/** What an agent says. Absent parts have not changed since it said them last. */
export interface AgentToServer {
  instanceUid: Uint8Array
  sequenceNum: number
  agentDescription?: AgentDescription
  /** Bits of AGENT_CAPABILITY. */
  capabilities: number
  health?: ComponentHealth
  effectiveConfig?: { configMap?: ConfigMap }
  remoteConfigStatus?: RemoteConfigStatus
  agentDisconnect?: object
  flags?: number
  customCapabilities?: { capabilities: string[] }
}

export interface ServerErrorResponse {
  /** One of SERVER_ERROR. */
  type: number
  errorMessage?: string
  retryInfo?: { retryAfterNanoseconds: number }
}

/** What the server says. */
export interface ServerToAgent {
  instanceUid: Uint8Array
  errorResponse?: ServerErrorResponse
  remoteConfig?: { config?: ConfigMap; configHash: Uint8Array }
  /** Bits of SERVER_FLAG. */
  flags?: number
  /** Bits of SERVER_CAPABILITY. */
  capabilities?: number
  agentIdentification?: { newInstanceUid: Uint8Array }
  command?: { type: number }
}

export const AGENT_CAPABILITY = {
  reportsStatus: 0x1,
  acceptsRemoteConfig: 0x2,
  reportsEffectiveConfig: 0x4,
  reportsHealth: 0x800,
  reportsRemoteConfig: 0x1000,
  reportsHeartbeat: 0x2000,
} as const

export const SERVER_CAPABILITY = { acceptsStatus: 0x1, offersRemoteConfig: 0x2, acceptsEffectiveConfig: 0x4 } as const
export const SERVER_FLAG = { reportFullState: 0x1 } as const
export const AGENT_FLAG = { requestInstanceUid: 0x1 } as const
export const REMOTE_CONFIG_STATUS = { unset: 0, applied: 1, applying: 2, failed: 3 } as const
export const SERVER_ERROR = { unknown: 0, badRequest: 1, unavailable: 2 } as const

const field = (number: number, name: string, type: Field['type'], form?: Field['form']): Field => ({
  number,
  name,
  type,
  ...(form === undefined ? {} : { form }),
})

const keyValue: Schema = { name: 'KeyValue', fields: [field(1, 'key', 'string'), field(2, 'value', () => anyValue)] }
const arrayValue: Schema = { name: 'ArrayValue', fields: [field(1, 'values', () => anyValue, 'list')] }
const kvlist: Schema = { name: 'KeyValueList', fields: [field(1, 'values', keyValue, 'list')] }
const anyValue: Schema = {
  name: 'AnyValue',
  fields: [
    field(1, 'stringValue', 'string', 'presence'),
    field(2, 'boolValue', 'bool', 'presence'),
    field(3, 'intValue', 'int64', 'presence'),
    field(4, 'doubleValue', 'double', 'presence'),
    field(5, 'arrayValue', arrayValue),
    field(6, 'kvlistValue', kvlist),
    field(7, 'bytesValue', 'bytes', 'presence'),
  ],
}
const description: Schema = {
  name: 'AgentDescription',
  fields: [field(1, 'identifyingAttributes', keyValue, 'list'), field(2, 'nonIdentifyingAttributes', keyValue, 'list')],
}
const health: Schema = {
  name: 'ComponentHealth',
  fields: [
    field(1, 'healthy', 'bool'),
    field(2, 'startTimeUnixNano', 'fixed64'),
    field(3, 'lastError', 'string'),
    field(4, 'status', 'string'),
    field(5, 'statusTimeUnixNano', 'fixed64'),
    field(6, 'componentHealthMap', () => health, 'map'),
  ],
}
const configFile: Schema = {
  name: 'AgentConfigFile',
  fields: [field(1, 'body', 'bytes'), field(2, 'contentType', 'string')],
}
const configMap: Schema = { name: 'AgentConfigMap', fields: [field(1, 'configMap', configFile, 'map')] }
const effective: Schema = { name: 'EffectiveConfig', fields: [field(1, 'configMap', configMap)] }
const configStatus: Schema = {
  name: 'RemoteConfigStatus',
  fields: [field(1, 'lastRemoteConfigHash', 'bytes'), field(2, 'status', 'enum'), field(3, 'errorMessage', 'string')],
}
const disconnect: Schema = { name: 'AgentDisconnect', fields: [] }
const customCapabilities: Schema = { name: 'CustomCapabilities', fields: [field(1, 'capabilities', 'string', 'list')] }
const retryInfo: Schema = { name: 'RetryInfo', fields: [field(1, 'retryAfterNanoseconds', 'uint64')] }
const errorResponse: Schema = {
  name: 'ServerErrorResponse',
  fields: [field(1, 'type', 'enum'), field(2, 'errorMessage', 'string'), field(3, 'retryInfo', retryInfo)],
}
const remoteConfig: Schema = {
  name: 'AgentRemoteConfig',
  fields: [field(1, 'config', configMap), field(2, 'configHash', 'bytes')],
}
const identification: Schema = { name: 'AgentIdentification', fields: [field(1, 'newInstanceUid', 'bytes')] }
const command: Schema = { name: 'ServerToAgentCommand', fields: [field(1, 'type', 'enum')] }

/** `opamp.proto.v1.AgentToServer`; packages, connection settings and custom messages are not for us and skipped. */
const agentToServer: Schema = {
  name: 'AgentToServer',
  fields: [
    field(1, 'instanceUid', 'bytes'),
    field(2, 'sequenceNum', 'uint64'),
    field(3, 'agentDescription', description),
    field(4, 'capabilities', 'uint64'),
    field(5, 'health', health),
    field(6, 'effectiveConfig', effective),
    field(7, 'remoteConfigStatus', configStatus),
    field(9, 'agentDisconnect', disconnect),
    field(10, 'flags', 'uint64'),
    field(12, 'customCapabilities', customCapabilities),
  ],
}

/** `opamp.proto.v1.ServerToAgent` likewise. */
const serverToAgent: Schema = {
  name: 'ServerToAgent',
  fields: [
    field(1, 'instanceUid', 'bytes'),
    field(2, 'errorResponse', errorResponse),
    field(3, 'remoteConfig', remoteConfig),
    field(6, 'flags', 'uint64'),
    field(7, 'capabilities', 'uint64'),
    field(8, 'agentIdentification', identification),
    field(9, 'command', command),
  ],
}

/** Protobuf bytes of an agent's message. */
export function encodeAgentToServer(message: AgentToServer): Uint8Array {
  return encodeMessage(agentToServer, message)
}

/** Reads an agent's message. Throws OpampWireError. */
export function decodeAgentToServer(bytes: Uint8Array): AgentToServer {
  return decodeMessage(agentToServer, bytes) as object as AgentToServer
}

/** Protobuf bytes of the server's message. */
export function encodeServerToAgent(message: ServerToAgent): Uint8Array {
  return encodeMessage(serverToAgent, message)
}

/** Reads the server's message. Throws OpampWireError. */
export function decodeServerToAgent(bytes: Uint8Array): ServerToAgent {
  return decodeMessage(serverToAgent, bytes) as object as ServerToAgent
}
