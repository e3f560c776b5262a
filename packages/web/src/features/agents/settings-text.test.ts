import { expect, test } from 'vitest'
import { settingsText } from './settings-text.ts'

test.each([
  [{ sampling: { share: 1 } }, 'keep 100 %'],
  [{ sampling: { share: 0.0125, perSecond: 5 } }, 'keep 1.25 %; at most 5 traces/s'],
  [
    { sampling: { tail: { errors: true, slowMs: 500, rarePerMinute: 1 } } },
    'every failed trace; every trace from 500 ms on; 1 of each operation a minute',
  ],
  [{ sampling: { tail: false, rules: [{ share: 0 }] } }, '1 sampling rule; decide at the start only'],
  [{ logLevel: 'debug', minSeverity: 'warn' }, 'logs from warn on; agent says debug'],
  [{ instrumentations: { pg: false }, rules: { price: true }, profile: true }, 'pg off; rule price on; profile on'],
  [{}, ''],
])('%j is "%s"', (settings, text) => expect(settingsText(settings)).toBe(text))
