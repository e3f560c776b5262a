import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ExpectedFailure } from './failure.mjs'
import { startProgress } from './progress.mjs'
import { root } from './root.mjs'
import { readStamp, sourceStamp, writeStamp } from './source-stamp.mjs'
import { spawnStep } from './spawn-step.mjs'

const SERVER_PACKAGES = [
  'base',
  'otlp',
  'lang',
  'contract',
  'agent',
  'build',
  'collector',
  'store',
  'query',
  'testkit',
  'cli',
]
const WEB_PACKAGES = ['base', 'contract', 'lang', 'web']

const folder = (name) => [`packages/${name}/src`, `packages/${name}/package.json`, `packages/${name}/tsconfig.json`]

/** What is built, from what, into what. */
const PARTS = [
  {
    name: 'server',
    title: 'building the server',
    sources: ['tsconfig.base.json', 'package-lock.json', ...SERVER_PACKAGES.flatMap(folder)],
    results: [
      'packages/cli/dist/main.js',
      'packages/query/dist',
      'packages/testkit/dist',
      'packages/store/dist',
      'packages/agent/dist/register.js',
    ],
    command: ['node_modules/typescript/bin/tsc', '-b', 'packages/cli', 'packages/testkit'],
  },
  {
    name: 'agent',
    title: 'bundling the agent',
    sources: ['package-lock.json', 'scripts/bundle-agent.mjs', 'tsconfig.base.json', ...folder('agent')],
    results: ['packages/agent/dist/agent.cjs', 'packages/agent/dist/require.cjs'],
    command: ['scripts/bundle-agent.mjs'],
  },
  {
    name: 'web',
    title: 'building the web UI',
    sources: [
      'tsconfig.base.json',
      'package-lock.json',
      'packages/web/index.html',
      'packages/web/vite.config.ts',
      'packages/web/public',
      ...WEB_PACKAGES.flatMap(folder),
    ],
    results: ['packages/web/dist/index.html'],
    command: ['node_modules/vite/bin/vite.js', 'build', 'packages/web', '--logLevel', 'warn'],
  },
]

/** Builds the parts whose sources have changed since their last build; does nothing when all are fresh. */
export async function ensureBuilt() {
  for (const part of PARTS) {
    const stamp = sourceStamp(part.sources)
    const complete = part.results.every((path) => existsSync(join(root, path)))
    if (complete && readStamp(part.name) === stamp) continue
    const end = startProgress(part.title)
    const { code, output } = await spawnStep(process.execPath, part.command, { quiet: true, input: 'ignore' })
    end(code === 0 ? 'done' : 'failed')
    if (code !== 0) throw new ExpectedFailure(`${output.trim()}\nclew: ${part.title} failed; the reason is above`)
    writeStamp(part.name, stamp)
  }
}
