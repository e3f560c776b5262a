import { expect, test } from 'vitest'
import { grants, SCOPES } from './scope.ts'

test('a scope grants itself, admin grants all, and nothing else grants anything', () => {
  for (const granted of SCOPES) {
    for (const needed of SCOPES) expect(grants([granted], needed)).toBe(granted === 'admin' || granted === needed)
  }
  expect(SCOPES.map((needed) => grants([], needed))).toEqual([false, false, false])
  expect(SCOPES.map((needed) => grants(['ingest', 'read'], needed))).toEqual([true, true, false])
})
