import { describe, expect, it } from 'vitest'
import { skipReason, type ProcessFacts } from './skip-reason.ts'

function reason(facts: Partial<ProcessFacts>): string | undefined {
  return skipReason({
    env: {},
    argv: ['node', '/srv/app.js'],
    isMainThread: true,
    workerData: null,
    hasParentPort: facts.isMainThread === false,
    ...facts,
  })
}

describe('skipReason', () => {
  it('lets programs and their threads start', () => {
    expect(reason({})).toBeUndefined()
    expect(reason({ argv: ['node'] })).toBeUndefined()
    expect(reason({ isMainThread: false, workerData: { workerData: { mine: 1 } } })).toBeUndefined()
    expect(reason({ argv: ['node', '/srv/npm-dashboard/server.js'] })).toBeUndefined()
  })

  it.each([
    '/usr/lib/node_modules/npm/bin/npm-cli.js',
    '/usr/lib/node_modules/npm/bin/npx-cli.js',
    '/usr/local/bin/yarn',
    '/srv/node_modules/tsx/dist/cli.mjs',
    '/srv/node_modules/nodemon/bin/nodemon.js',
  ])('keeps out of %s, which only starts others', (script) => {
    expect(reason({ argv: ['node', script] })).toContain('launches')
  })

  it('obeys OTEL_SDK_DISABLED', () => {
    expect(reason({ env: { OTEL_SDK_DISABLED: 'True ' } })).toBeDefined()
    expect(reason({ env: { OTEL_SDK_DISABLED: 'false' } })).toBeUndefined()
  })

  it("keeps out of Node's and its own threads", () => {
    expect(reason({ isMainThread: false, hasParentPort: false })).toContain('hooks')
    expect(reason({ isMainThread: false, workerData: { clewExitWorker: true } })).toContain('exit')
  })

  it('keeps out of the threads of log transports', () => {
    const workerData = { filename: 'x', workerData: { $context: { threadStreamVersion: '3.0.0' } } }
    expect(reason({ isMainThread: false, workerData })).toContain('log transport')
  })
})
