import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeLiveSettings, type LiveSettings } from './live-settings.ts'
import { parseLiveSettings, parseLiveSettingsText } from './parse-live-settings.ts'

const WHOLE: LiveSettings = {
  sampling: {
    share: 0.25,
    perSecond: 50,
    rules: [
      { name: 'health', path: '/health*', share: 0 },
      { route: '/pay', attributes: { tier: 'gold' }, share: 1 },
    ],
    tail: { slowMs: 500, errors: true, rarePerMinute: 1, perSecond: 20, maxBytes: 1 << 20 },
  },
  logLevel: 'debug',
  minSeverity: 'warn',
  instrumentations: { express: false },
  rules: { price: true },
  profile: true,
}

describe('parseLiveSettings', () => {
  it('reads what is right as it is, through text too', () => {
    expect(parseLiveSettings(WHOLE)).toEqual({ settings: WHOLE, problems: [] })
    expect(parseLiveSettingsText(JSON.stringify(WHOLE))).toEqual({ settings: WHOLE, problems: [] })
    expect(parseLiveSettings({ sampling: { tail: false } })).toEqual({
      settings: { sampling: { tail: false } },
      problems: [],
    })
  })

  it.each([
    [{ sampling: { share: 1.1 } }, 'sampling.share is not a number from 0 to 1'],
    [{ sampling: { share: -0.1 } }, 'sampling.share is not a number from 0 to 1'],
    [{ sampling: { shares: 1 } }, 'sampling.shares is unknown'],
    [{ sampling: { rules: [{ path: '/' }] } }, 'sampling.rules[0].share is needed'],
    [{ sampling: { rules: [7] } }, 'sampling.rules[0] is not an object'],
    [{ sampling: { tail: { maxBytes: 65_535 } } }, 'sampling.tail.maxBytes'],
    [{ logLevel: 'loud' }, 'logLevel is not one of none, error'],
    [{ instrumentations: { pg: 'off' } }, 'instrumentations is not an object'],
    [{ profile: 1 }, 'profile is not true or false'],
    [[], 'not a JSON object'],
  ])('%j: %s', (json, problem) => {
    const { problems } = parseLiveSettings(json)
    expect(problems.join('\n')).toContain(problem)
    expect(problems).toHaveLength(1)
  })

  it('keeps the rest when one part is wrong', () => {
    expect(parseLiveSettings({ sampling: { share: 2, perSecond: 3 }, profile: true }).settings).toEqual({
      sampling: { perSecond: 3 },
      profile: true,
    })
  })

  it('takes the share 0 and 1 themselves', () => {
    for (const share of [0, 1]) expect(parseLiveSettings({ sampling: { share } }).problems).toEqual([])
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.jsonValue(), (json) => Array.isArray(parseLiveSettings(json).problems)))
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseLiveSettingsText(text).problems)))
  })
})

describe('mergeLiveSettings', () => {
  it('later ones win one by one', () => {
    expect(
      mergeLiveSettings([
        { sampling: { share: 0.1, tail: { slowMs: 5, errors: true } }, instrumentations: { pg: false, http: true } },
        { sampling: { perSecond: 9, tail: { slowMs: 7 } }, instrumentations: { pg: true }, logLevel: 'warn' },
      ]),
    ).toEqual({
      sampling: { share: 0.1, perSecond: 9, tail: { slowMs: 7, errors: true } },
      instrumentations: { pg: true, http: true },
      logLevel: 'warn',
    })
  })

  it('tail sampling can be switched off and on again', () => {
    const on: LiveSettings = { sampling: { tail: { slowMs: 5 } } }
    const off: LiveSettings = { sampling: { tail: false } }
    expect(mergeLiveSettings([on, off]).sampling?.tail).toBe(false)
    expect(mergeLiveSettings([off, on]).sampling?.tail).toEqual({ slowMs: 5 })
  })
})
