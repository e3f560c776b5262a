import fc from 'fast-check'
import { Function, Label, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format'
import { expect, it } from 'vitest'
import { oracleProfiles } from '@clew/testkit/profiles-oracle'
import { resourceField } from '../pipeline/scope-chunk.ts'
import { profilesRequest } from './profiles-request.ts'

interface Given {
  readonly frames: readonly { readonly name: string; readonly file: string; readonly line: number }[]
  readonly labels: Readonly<Record<string, string>>
  readonly values: readonly number[]
}

/** A profile as the library makes it: samples are not put together. */
function pprofOf(types: readonly (readonly [string, string])[], samples: readonly Given[]): Profile {
  const stringTable = new StringTable()
  const functions: Function[] = []
  const locations: Location[] = []
  const locate = ({ name, file, line }: Given['frames'][number]): number => {
    const nameIndex = stringTable.dedup(name)
    functions.push(
      new Function({
        id: functions.length + 1,
        name: nameIndex,
        systemName: nameIndex,
        filename: stringTable.dedup(file),
      }),
    )
    locations.push(new Location({ id: locations.length + 1, line: [new Line({ functionId: functions.length, line })] }))
    return locations.length
  }
  const valueType = ([type, unit]: readonly [string, string]): ValueType =>
    new ValueType({ type: stringTable.dedup(type), unit: stringTable.dedup(unit) })
  return new Profile({
    sampleType: types.map(valueType),
    periodType: valueType(types.at(-1)!),
    period: 10_101_010,
    sample: samples.map(
      ({ frames, labels, values }) =>
        new Sample({
          locationId: frames.map(locate),
          value: [...values],
          label: Object.entries(labels).map(
            ([key, text]) => new Label({ key: stringTable.dedup(key), str: stringTable.dedup(text) }),
          ),
        }),
    ),
    location: locations,
    function: functions,
    stringTable,
  })
}

const WALL = [
  ['sample', 'count'],
  ['wall', 'nanoseconds'],
  ['cpu', 'nanoseconds'],
] as const

const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

it('has one profile for each type of values, and links and attributes instead of labels', () => {
  const ids = { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: '00f067aa0ba902b7' }
  const frames = [
    { name: 'inner é', file: '/app/a.js', line: 7 },
    { name: 'outer', file: '/app/a.js', line: 300 },
  ]
  const profile = pprofOf(WALL, [
    { frames, labels: { ...ids, 'http.route': '/a/:b' }, values: [1, 10, 9] },
    { frames, labels: { ...ids, 'http.route': '/a/:b' }, values: [1, 10, 8] },
    { frames, labels: {}, values: [3, 2 ** 40, 0] },
    { frames: [{ name: 'Garbage Collection', file: '', line: 0 }], labels: {}, values: [1, 5, 5] },
  ])
  const heap = pprofOf([['inuse_space', 'bytes']], [{ frames, labels: {}, values: [4096] }])
  const taken = [
    { profile, startMs: START_MS, endMs: START_MS + 60_000 },
    { profile: heap, startMs: START_MS, endMs: START_MS + 60_000 },
  ]
  const bytes = profilesRequest(resourceField({ 'service.name': 'shop' }), taken, { 'thread.id': 0 })
  const [wall, cpu, memory, ...rest] = oracleProfiles(bytes)
  expect(rest).toEqual([])
  expect(wall).toMatchObject({
    type: 'wall',
    unit: 'nanoseconds',
    periodType: 'cpu/nanoseconds',
    period: 10_101_010,
    timeMs: START_MS,
    durationMs: 60_000,
    attributes: { 'thread.id': 0 },
    resource: { 'service.name': 'shop' },
    scope: '@clew/agent/profiles',
  })
  const js = { 'profile.frame.type': 'v8js' }
  const shown = frames.map((frame) => ({ ...frame, attributes: js }))
  const none = { attributes: {}, traceId: undefined, spanId: undefined }
  const link = { traceId: ids.trace_id, spanId: ids.span_id, attributes: { 'http.route': '/a/:b' } }
  const collector = { name: 'Garbage Collection', file: '', line: 0, attributes: {} }
  expect(wall?.samples).toEqual([
    { frames: shown, ...link, values: [20] },
    { frames: shown, ...none, values: [2 ** 40] },
    { frames: [collector], ...none, values: [5] },
  ])
  expect(cpu?.samples.map(({ values }) => values)).toEqual([[17], [5]])
  expect(memory).toMatchObject({ type: 'inuse_space', unit: 'bytes', samples: [{ frames: shown, values: [4096] }] })
  expect(new Set([wall?.id, cpu?.id, memory?.id]).size).toBe(3)
})

it('keeps every sum, whatever the profile', () => {
  const word = fc.constantFrom('', 'a', 'b', 'c c', 'ü', 'x'.repeat(200))
  const frame = fc.record({ name: fc.constantFrom('f', 'g', 'h'), file: word, line: fc.nat(100_000) })
  const sample = fc.record({
    frames: fc.array(frame, { maxLength: 5 }),
    labels: fc.dictionary(fc.constantFrom('http.route', 'clew.local_root.name'), word),
    values: fc.tuple(fc.nat(9), fc.nat(2 ** 45), fc.nat(1000)),
  })
  const totals = (
    samples: readonly { readonly frames: readonly object[]; readonly value: number }[],
    about: unknown[],
  ) => {
    const sums: Record<string, number> = {}
    for (const [at, { frames, value }] of samples.entries()) {
      const key = JSON.stringify([frames, about[at]])
      if (value > 0) sums[key] = (sums[key] ?? 0) + value
    }
    return sums
  }
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 30 }), (samples) => {
      const taken = [{ profile: pprofOf(WALL, samples), startMs: START_MS, endMs: START_MS + 1 }]
      const [wall] = oracleProfiles(profilesRequest(resourceField({}), taken, {}))
      const seen = (wall?.samples ?? []).map(({ frames, values }) => ({
        frames: frames.map(({ name, file, line }) => ({ name, file, line })),
        value: values[0]!,
      }))
      const sorted = (labels: object) => Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
      expect(
        totals(
          seen,
          (wall?.samples ?? []).map(({ attributes }) => sorted(attributes)),
        ),
      ).toEqual(
        totals(
          samples.map(({ frames, values }) => ({
            frames: frames.map(({ name, file, line }) => ({ name, file, line })),
            value: values[1],
          })),
          samples.map(({ labels }) => sorted(labels)),
        ),
      )
    }),
  )
})
