import { describe, expect, test } from 'vitest'
import { SyntaxProblem } from '../kit/syntax-problem.ts'
import type { SearchSignal } from './fields.ts'
import { parseSearch } from './parse.ts'
import { typeSearch, type TypedExpr } from './typed.ts'

function typed(source: string, signal: SearchSignal = 'traces'): TypedExpr {
  return typeSearch(parseSearch(source), signal)
}
function condition(source: string, signal?: SearchSignal): unknown {
  const expr = typed(source, signal)
  return expr.kind === 'condition' ? expr.condition : expr
}
function problem(source: string, signal?: SearchSignal): SyntaxProblem {
  try {
    typed(source, signal)
  } catch (error) {
    if (error instanceof SyntaxProblem) return error
    throw error
  }
  throw new Error(`'${source}' was accepted`)
}

describe('conditions get their meaning from field and signal', () => {
  test.each([
    ['service=cart', { kind: 'field-text', field: 'service', operator: '=', values: ['cart'] }],
    ['operation=x', { kind: 'field-text', field: 'name', operator: '=', values: ['x'] }],
    ['status.message:oops', { kind: 'field-text', field: 'message', operator: ':', values: ['oops'] }],
    ['duration>1.5s', { kind: 'field-duration', field: 'duration', operator: '>', values: [1_500_000_000n] }],
    ['duration<=1m30s', { kind: 'field-duration', field: 'duration', operator: '<=', values: [90_000_000_000n] }],
    ['duration>0.0000005ms', { kind: 'field-duration', field: 'duration', operator: '>', values: [0n] }],
    ['status=ERROR', { kind: 'field-choice', field: 'status', operator: '=', values: [2] }],
    ['kind=(server,consumer)', { kind: 'field-choice', field: 'kind', operator: '=', values: [2, 5] }],
    ['root!=true', { kind: 'field-boolean', field: 'root', value: false }],
    ['trace=00AB', { kind: 'field-id', field: 'trace', operator: '=', values: ['00ab'] }],
    ['trace.spans>=10', { kind: 'field-number', field: 'trace.spans', operator: '>=', values: [10] }],
    ['event.name:*', { kind: 'field-exists', field: 'event.name' }],
    ['event."name":*', { kind: 'attribute-exists', level: 'event', key: 'name' }],
    ['"duration"=5', { kind: 'attribute', level: 'any', key: 'duration', operator: '=', values: [{ number: 5 }] }],
    [
      'span.k="500"',
      { kind: 'attribute', level: 'span', key: 'k', values: [{ text: '500', number: undefined, quoted: true }] },
    ],
    ['k>-1e3', { kind: 'attribute', operator: '>', values: [{ number: -1000 }] }],
    ['k=true', { kind: 'attribute', values: [{ boolean: true }] }],
    ['free', { kind: 'text', text: 'free' }],
  ])('%s', (source, expected) => expect(condition(source)).toMatchObject(expected))

  test('severity is ordered, and the same word means other things in other signals', () => {
    expect(condition('severity>=warn', 'logs')).toMatchObject({ kind: 'field-choice', operator: '>=', values: [4] })
    expect(condition('severity=1', 'traces')).toMatchObject({ kind: 'attribute', key: 'severity' })
    expect(condition('message:x', 'logs')).toMatchObject({ kind: 'field-text', field: 'body' })
  })
})

describe('nonsense is refused where it stands', () => {
  test.each([
    ['status=eror', 7, 11, /did you mean 'error'/],
    ['duration>500', 9, 12, /500ms/],
    ['duration:5', 0, 10, /use '='/],
    ['name>x', 0, 6, /use '='/],
    ['root=maybe', 5, 10, /./],
    ['trace=xyz', 6, 9, /./],
    ['trace=' + 'a'.repeat(33), 6, 39, /./],
    ['k>abc', 2, 5, /number/],
    ['k>500ms', 2, 7, /own unit/],
    ['k>"5"', 2, 5, /without quotes/],
    ['log.x=1', 0, 5, /'span\.'/],
    ['name=~"(?=x)"', 6, 13, /RE2/],
    [`name=~${'a'.repeat(1001)}`, 6, 1007, /./],
    ['trace.spans=x', 12, 13, /./],
  ])('%s', (source, start, end, text) => {
    const found = problem(source)
    expect(found.position).toEqual({ start, end })
    expect(`${found.message} ${found.fix ?? ''}`).toMatch(text)
  })
})
