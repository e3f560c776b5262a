import { expect, test } from 'vitest'
import { tracesUrl } from './url.ts'

test('one bad field never drops the others', () => {
  expect(tracesUrl.parse({ q: 'status=error', sort: 'sideways', view: 'scatter' })).toEqual({
    q: 'status=error',
    sort: 'newest',
    view: 'scatter',
  })
})

test('an empty address is the default page', () => {
  expect(tracesUrl.parse({})).toEqual({ q: '', sort: 'newest', view: 'heatmap' })
})
