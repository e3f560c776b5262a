// The same program three times more: in a child process, forked, and in a worker thread. NODE_OPTIONS does the rest.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

const program = new URL('./cjs.cjs', import.meta.url)
const path = fileURLToPath(program)
const env = (name) => ({ ...process.env, OTEL_SERVICE_NAME: name })
await once(spawn(process.execPath, [path], { env: env('spawned'), stdio: 'inherit' }), 'close')
await once(fork(path, { env: env('forked') }), 'close')
await once(new Worker(program, { env: env('thread') }), 'exit')
