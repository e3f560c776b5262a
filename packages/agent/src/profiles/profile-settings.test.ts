import { describe, expect, it } from 'vitest'
import { profileSettingsFrom } from './profile-settings.ts'

describe('CLEW_PROFILES', () => {
  it.each([
    [undefined, 0],
    ['', 0],
    ['off', 0],
    ['false', 0],
    ['0', 0],
    ['on', Number.POSITIVE_INFINITY],
    ['TRUE', Number.POSITIVE_INFINITY],
    ['5', 300_000],
    [' 5m ', 300_000],
    ['1.5h', 5_400_000],
    ['90s', 90_000],
    ['250ms', 250],
  ])('%j is %d ms', (text, forMs) => {
    expect(profileSettingsFrom(text === undefined ? {} : { CLEW_PROFILES: text })).toMatchObject({
      forMs,
      problems: [],
    })
  })

  it.each(['soon', '-5m', '5 days', '1m30s'])('%j is said to be wrong, and off', (text) => {
    const { forMs, problems } = profileSettingsFrom({ CLEW_PROFILES: text })
    expect(forMs).toBe(0)
    expect(problems).toEqual([expect.stringContaining('neither on, off nor a time')])
  })
})

describe('CLEW_PROFILES_*', () => {
  it('have defaults and bounds', () => {
    expect(profileSettingsFrom({})).toMatchObject({
      kinds: ['wall', 'heap'],
      intervalMs: 60_000,
      samplesPerSecond: 99,
      heapSampleBytes: 524_288,
      folder: undefined,
    })
    expect(profileSettingsFrom({ CLEW_PROFILES_HZ: '0', CLEW_PROFILES_INTERVAL: '1' })).toMatchObject({
      samplesPerSecond: 1,
      intervalMs: 100,
    })
    expect(profileSettingsFrom({ CLEW_PROFILES_HZ: '9999' })).toMatchObject({ samplesPerSecond: 1000 })
  })

  it('KINDS chooses, and names what is unknown', () => {
    expect(profileSettingsFrom({ CLEW_PROFILES_KINDS: ' Heap ' })).toMatchObject({ kinds: ['heap'], problems: [] })
    const { kinds, problems } = profileSettingsFrom({ CLEW_PROFILES_KINDS: 'cpu,wall' })
    expect(kinds).toEqual(['wall'])
    expect(problems).toEqual(['CLEW_PROFILES_KINDS: cpu is unknown; there are wall and heap'])
  })
})
