import { expect, it } from 'vitest'
import { parseRules } from '../parse-rules.ts'
import { instrumentModule } from './instrument-module.ts'

it('x', () => {
  const rules = parseRules(`
r:
  target: $root
  where: { func: '*' }
  do:
    - span: { name: 'p {$args.0.id}', attributes: { a: $args.0.id, b: $result } }
c:
  target: $root
  where: { call: stripe.charges.create }
  do: [{ span: {} }]
l:
  target: $root
  where: { file: '**', line: 5 }
  do: { event: { name: e, attributes: { v: $vars.v } } }
`, 'clew.rules.yaml')
  const source = `#!/usr/bin/env node
'use strict'
class A extends B {
  constructor(x) { super(x) }
  async m({ id }, v) { if (v)
    return await stripe?.charges.create(id); lab: for await (const x of y) continue lab; try { await 1 } catch { } }
  *g(a = 1) { const q = yield; yield* z; return q }
}
const f = (a) => (b) => ({ b })
`
  const file = { path: '/x/a.js', packageName: 'x', packageVersion: '1.0.0', packageRoot: '/x', pathInPackage: 'a.js', installed: false }
  const r = instrumentModule({ source, file, inputMap: undefined, rules, importRuntime: () => '' })
  console.log(r.output?.code, r.matched, r.notes)
  expect(1).toBe(1)
})
