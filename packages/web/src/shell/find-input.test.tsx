// @vitest-environment happy-dom
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FindInput } from './find-input.tsx'

let place: HTMLDivElement
const handedOn: string[] = []
let root: Root

/** Shows the field as a page does whose address says `value`. */
function show(value: string): void {
  act(() => {
    root.render(
      <FindInput
        label="Find"
        value={value}
        onChange={(text) => {
          handedOn.push(text)
          show(text)
        }}
      />,
    )
  })
}
function wait(): void {
  act(() => {
    vi.advanceTimersByTime(200)
  })
}
const field = (): HTMLInputElement => place.querySelector('input') as HTMLInputElement

/** Types as a browser does: the native setter, then an input event. */
function type(text: string): void {
  act(() => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field(), text)
    field().dispatchEvent(new Event('input', { bubbles: true }))
  })
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  handedOn.length = 0
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place)
  show('')
})
afterEach(() => {
  place.remove()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('hands on what was typed once, when typing pauses', () => {
  for (const text of ['o', 'or', 'ord']) type(text)
  expect(field().value).toBe('ord')
  expect(handedOn).toEqual([])
  wait()
  expect(handedOn).toEqual(['ord'])
  expect(field().value).toBe('ord')
})

test('follows the address when it changes from outside', () => {
  type('orders')
  wait()
  show('payments')
  expect(field().value).toBe('payments')
})

test('Escape clears', () => {
  type('orders')
  act(() => {
    field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
  })
  expect(field().value).toBe('')
  wait()
  expect(handedOn).toEqual([''])
})
