// Entry of every `npm run` verb: checks Node, installs what is missing, builds what is stale, then runs the verb.
// Must parse on old Node versions, so that they get a sentence instead of a syntax error. CommonJS, because the thread pool
// that `clew up` wants in this process must be set before anything uses it.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    'Clew needs Node 20.19 or newer; this is ' +
      process.version +
      ' (' +
      process.execPath +
      ').\n' +
      'Install the current LTS from https://nodejs.org or with your version manager (for example: nvm install 24), then run this again.',
  )
  process.exit(1)
}

if (['up', 'demo'].includes(process.argv[2])) process.env.UV_THREADPOOL_SIZE = process.env.UV_THREADPOOL_SIZE || '10'

import('./steps/run-verb.mjs')
  .then(({ runVerb }) => runVerb(process.argv[2] || 'help', process.argv.slice(3)))
  .catch((error) => {
    console.error(error && error.expected ? error.message : error)
    process.exitCode = 1
  })
