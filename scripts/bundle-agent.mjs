// Makes the agent's single file, packages/agent/dist/agent.cjs, and its entry for --require, from what tsc has written. A
// program that starts under the agent reads two files instead of three hundred. Upstream instrumentations stay outside:
// each is loaded when the program loads the library it is about.
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './steps/root.mjs'

const dist = join(root, 'packages', 'agent', 'dist')
const OUTSIDE = [
  /^node:/,
  /^@opentelemetry\/(instrumentation|configuration)/,
  /^import-in-the-middle/,
  /^\.\/agent\.cjs$/,
]

await bundle('start-agent.js', 'agent.cjs')
await bundle('require.js', 'require.cjs')
// Loaded when profiles are first taken; a program without them does not read it.
await bundle('profiles/profiler.js', 'profiler.cjs')

async function bundle(input, file) {
  const build = await rolldown({
    input: join(dist, input),
    platform: 'node',
    external: OUTSIDE,
    // The ES builds of the SDK's packages leave out what nobody uses.
    resolve: { mainFields: ['module', 'main'] },
    logLevel: 'warn',
  })
  await build.write({
    file: join(dist, file),
    format: 'cjs',
    codeSplitting: false,
    // Names stay, for stack traces.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  })
  await build.close()
}
