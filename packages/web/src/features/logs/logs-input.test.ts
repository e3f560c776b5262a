import { expect, test } from 'vitest'
import { logsInput } from './logs-input.ts'
import { logsUrl } from './url.ts'

const range = { start: 'now-1h', end: 'now' }

test('a search is bounded by the time range', () => {
  expect(logsInput(logsUrl.parse({ q: 'a=1' }), range)).toEqual({ q: 'a=1', start: 'now-1h', end: 'now' })
})

test('records of a trace are found at any time', () => {
  expect(logsInput(logsUrl.parse({ traceId: 'ab', spanId: 'cd' }), range)).toEqual({
    q: '',
    traceId: 'ab',
    spanId: 'cd',
  })
})

test('one bad field of the URL does not drop the others', () => {
  expect(logsUrl.parse({ q: 'x', traceId: 'not hex', sort: 'sideways', live: 'on' })).toEqual({
    q: 'x',
    traceId: '',
    spanId: '',
    sort: 'newest',
    open: '',
    live: 'on',
  })
})
