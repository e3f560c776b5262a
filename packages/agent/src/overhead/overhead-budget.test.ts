import { describe, expect, it } from 'vitest'
import { KeepShares } from './keep-shares.ts'
import { OverheadBudget, parseOverheadBudget, type Sheddable } from './overhead-budget.ts'

describe('OverheadBudget', () => {
  const over = { ownMs: 31, processMs: 1000 }
  const calm = { ownMs: 10, processMs: 1000 }

  function budget(): { budget: OverheadBudget; sheddable: Sheddable } {
    const sheddable = { layers: true, attributes: true, sampling: { keep: 1 } }
    return { budget: new OverheadBudget(0.03, sheddable), sheddable }
  }

  it('takes layers, then attributes, then traces, and no more than there are', () => {
    const { budget: subject, sheddable } = budget()
    expect([1, 2, 3, 4].map(() => subject.look(over))).toEqual(['layers', 'attributes', 'sampling', 'sampling'])
    expect(sheddable).toEqual({ layers: false, attributes: false, sampling: { keep: 0.25 } })
    for (let i = 0; i < 20; i++) subject.look(over)
    expect(sheddable.sampling.keep).toBe(1 / 1024)
    expect(subject.look(over)).toBeUndefined()
    expect(subject.share).toBeCloseTo(0.031)
  })

  it('does nothing at the budget, and below it when nothing is missing', () => {
    const { budget: subject, sheddable } = budget()
    for (let i = 0; i < 30; i++) {
      expect(subject.look({ ownMs: 30, processMs: 1000 })).toBeUndefined()
      expect(subject.look(calm)).toBeUndefined()
    }
    expect(sheddable).toEqual({ layers: true, attributes: true, sampling: { keep: 1 } })
  })

  it('gives back in the opposite order, each after ten calm looks', () => {
    const { budget: subject, sheddable } = budget()
    for (let i = 0; i < 3; i++) subject.look(over)
    const steps = Array.from({ length: 40 }, () => subject.look(calm))
    expect(steps.flatMap((step, at) => (step === undefined ? [] : [at]))).toEqual([9, 19, 29])
    expect(sheddable).toEqual({ layers: true, attributes: true, sampling: { keep: 1 } })
  })

  it('takes nothing from a process that is idle', () => {
    const { budget: subject } = budget()
    expect(subject.look({ ownMs: 10, processMs: 19 })).toBeUndefined()
    expect(subject.share).toBe(0)
  })
})

it.each([
  [undefined, undefined],
  [' ', undefined],
  ['3%', 0.03],
  [' 0.5 % ', 0.005],
  ['0.03', 0.03],
])('parseOverheadBudget(%j) is %j', (text, value) => expect(parseOverheadBudget(text)).toBe(value))

it.each(['0', '0%', '100%', '1', '3', '-1%', 'little'])('parseOverheadBudget refuses %j', (text) => {
  expect(parseOverheadBudget(text)).toBeInstanceOf(Error)
})

it('KeepShares: the strongest reason holds', () => {
  const target = { keep: 1 }
  const shares = new KeepShares(target)
  const [a, b] = [shares.share(), shares.share()]
  a.keep = 0.5
  b.keep = 0.25
  expect(target.keep).toBe(0.25)
  b.keep = 1
  expect([target.keep, a.keep, b.keep]).toEqual([0.5, 0.5, 1])
})
