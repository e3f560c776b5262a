import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** A shared machine may stall for seconds at any moment: CI asks once more before it calls that a failure, and prints that it did. */
const RETRIES = process.env['CI'] === undefined ? 0 : 1

/** `npm test` needs nothing but Node; what needs Chromium, other languages or servers are projects of their own. */
const source = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } }

/** What a test waits for must come some time; one second, which is the default, is what a busy machine takes for nothing. */
const patient = { expect: { poll: { timeout: 30_000 } } }

export default defineConfig({
  ...source,
  test: {
    // Most files wait for an engine, a socket or a child process: one worker a core, also on small machines.
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      {
        ...source,
        test: {
          ...patient,
          name: 'unit',
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'tests/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          // No measure of speed: what starts a dozen processes takes that long on a machine that does much else.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          retry: RETRIES,
          pool: 'forks',
        },
      },
      {
        ...source,
        test: {
          ...patient,
          // The questions of the API again, on two shards: the same answers are expected.
          name: 'cluster',
          include: ['packages/query/src/**/*.test.ts'],
          env: { CLEW_TEST_QUERY_STORE: 'cluster' },
          testTimeout: 60_000,
          hookTimeout: 60_000,
          retry: RETRIES,
          pool: 'forks',
        },
      },
      {
        ...source,
        test: {
          ...patient,
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          testTimeout: 120_000,
          retry: RETRIES,
          hookTimeout: 180_000,
          fileParallelism: false,
          pool: 'forks',
        },
      },
      {
        ...source,
        test: {
          ...patient,
          name: 'interop',
          include: ['tests/interop/**/*.test.ts'],
          testTimeout: 120_000,
          retry: RETRIES,
          hookTimeout: 180_000,
          fileParallelism: false,
          pool: 'forks',
        },
      },
      {
        ...source,
        test: {
          ...patient,
          name: 'chaos',
          include: ['tests/chaos/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          pool: 'forks',
        },
      },
    ],
  },
})
