import { describe } from 'vitest'
import { cachedNode } from './run-app.ts'

// The other files run with the Node that runs the tests, the oldest there is; here they do with the newest, where modules are
// hooked and contexts are kept in other ways.
process.env['CLEW_TEST_NODE'] = cachedNode('26')

describe('Node 26, web frameworks', () => import('./web-frameworks.test.ts').then(nothing))
describe('Node 26, databases', () => import('./databases.test.ts').then(nothing))
describe('Node 26, messaging', () => import('./messaging.test.ts').then(nothing))
describe('Node 26, protocols', () => import('./protocols.test.ts').then(nothing))
describe('Node 26, logs', () => import('./logs.test.ts').then(nothing))
describe('Node 26, contexts', () => import('./contexts.test.ts').then(nothing))

function nothing(): void {
  // What is imported registers its tests here.
}
