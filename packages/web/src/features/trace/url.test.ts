import { expect, test } from 'vitest'
import { readZoom, traceUrl, writeZoom } from './url.ts'

test('one bad field never drops the others', () => {
  expect(traceUrl.parse({ span: '../x', tab: 'links', zoom: '5', find: 'select' })).toEqual({
    span: '',
    view: 'timeline',
    tab: 'links',
    find: 'select',
    zoom: '',
  })
})

test('the zoom goes into the address and back', () => {
  expect(readZoom(writeZoom({ start: 10.4, end: 99.6 }, 1000), 1000)).toEqual({ start: 10, end: 100 })
  expect(writeZoom({ start: 0, end: 1000 }, 1000)).toBe('')
})

test.each(['', '5-5', '9-3', '2000-3000'])('%j is no window of a trace of 1000 ns', (zoom) => {
  expect(readZoom(zoom, 1000)).toBeUndefined()
})

test('a window that ends after the trace ends with it', () => {
  expect(readZoom('10-99999', 1000)).toEqual({ start: 10, end: 1000 })
})
