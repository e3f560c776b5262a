import { expect, test } from 'vitest'
import { NO_FIELDS, settingsFromFields } from './settings-form.ts'

test.each([
  [{ share: '100' }, { sampling: { share: 1 } }],
  [{ share: ' 12.5 % ', perSecond: '0' }, { sampling: { share: 0.125, perSecond: 0 } }],
  [{ share: '0' }, { sampling: { share: 0 } }],
  [{ errors: true, slowMs: '500' }, { sampling: { tail: { slowMs: 500, errors: true } } }],
  [{ instrumentationsOff: 'pg, , express' }, { instrumentations: { pg: false, express: false } }],
  [
    { minSeverity: 'warn', profile: true },
    { minSeverity: 'warn', profile: true },
  ],
])('%j is set as %j', (fields, settings) => {
  expect(settingsFromFields({ ...NO_FIELDS, ...fields })).toEqual({ settings })
})

test.each([
  [{}, 'Nothing'],
  [{ share: '101' }, 'percentage'],
  [{ share: '-1' }, 'percentage'],
  [{ share: 'all' }, 'percentage'],
  [{ perSecond: 'x' }, 'Traces'],
  [{ slowMs: '-5' }, 'milliseconds'],
])('%j is answered with "%s"', (fields, problem) => {
  expect(settingsFromFields({ ...NO_FIELDS, ...fields })).toEqual({ problem: expect.stringContaining(problem) })
})
