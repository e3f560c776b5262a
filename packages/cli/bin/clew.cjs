#!/usr/bin/env node
// Thin on purpose: it must parse on old Node versions and say something useful before the build exists. CommonJS, because
// the size of the thread pool can only be set before anything uses it, and loading an ES module does.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    'clew needs Node 20.19 or newer; this is ' + process.version + '. Install the current LTS from https://nodejs.org',
  )
  process.exit(1)
}

// Each running question holds a thread of the pool, and so does each write; four are too few for a page that asks six at once.
if (['up', 'demo'].includes(process.argv[2])) process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || '10'

// Requests live outside the heap, and V8 counts their bytes as growth of it: with a heap of 25 MB it would mark all of it
// anew for every 10 MB that are received (a quarter of all processor time under load). So the heap may grow further between
// two collections (docs/adr/0021-ingest-threads.md).
if (['up', 'demo', 'collector'].includes(process.argv[2]))
  require('node:v8').setFlagsFromString('--heap-growing-percent=250')

import('../dist/main.js').then(
  ({ main }) => main(process.argv.slice(2)),
  (error) => {
    const unbuilt = error.code === 'ERR_MODULE_NOT_FOUND' && /dist[\\/]/.test(error.message)
    console.error(unbuilt ? 'clew is not built yet. Run `npm run build` (or `npm start`) in the repository.' : error)
    process.exitCode = 1
  },
)
