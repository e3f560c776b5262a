import { describe, expect, it } from 'vitest'
import { pluginOptions, pluginWanted, variableName } from './plugin-switches.ts'

describe('pluginWanted', () => {
  it.each([
    [{}, false, true],
    [{}, true, false],
    [{ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'pg, socket.io' }, false, false],
    [{ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http' }, false, false],
    [{ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,socket.io' }, true, true],
    [
      { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'socket.io', OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'socket.io' },
      false,
      false,
    ],
    [{ OTEL_INSTRUMENTATION_SOCKET_IO_ENABLED: 'true' }, true, true],
    [{ OTEL_INSTRUMENTATION_SOCKET_IO_ENABLED: 'False' }, false, false],
    [{ OTEL_INSTRUMENTATION_SOCKET_IO_ENABLED: 'true', OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'socket.io' }, false, true],
    [{ OTEL_INSTRUMENTATION_SOCKET_IO_ENABLED: 'maybe' }, false, true],
  ])('%j, off by default %s: %s', (env, off, wanted) => {
    expect(pluginWanted(env, 'socket.io', off)).toBe(wanted)
  })
})

describe('pluginOptions', () => {
  it('are a JSON object or an error that names the variable', () => {
    expect(pluginOptions({}, 'pg')).toEqual({})
    expect(pluginOptions({ CLEW_INSTRUMENTATION_PG: '{"a":[1]}' }, 'pg')).toEqual({ a: [1] })
    for (const text of ['[]', 'null', '1', '{']) {
      const answer = pluginOptions({ CLEW_INSTRUMENTATION_PG: text }, 'pg')
      expect(answer).toEqual(new Error('CLEW_INSTRUMENTATION_PG is not a JSON object and is ignored'))
    }
  })
})

it.each([
  ['pg', 'PG'],
  ['socket.io', 'SOCKET_IO'],
  ['runtime-node', 'RUNTIME_NODE'],
])('%s is %s in variables', (name, variable) => expect(variableName(name)).toBe(variable))
