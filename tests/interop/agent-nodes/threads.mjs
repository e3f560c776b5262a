// Burns processor time in a span of the main thread and of two others at the same time, and ends a thread that is busy.
import { trace } from '@opentelemetry/api'
import { isMainThread, threadId, Worker } from 'node:worker_threads'

function burnInThread(ms) {
  const endMs = performance.now() + ms
  let sum = 0
  while (performance.now() < endMs) for (let i = 0; i < 20_000; i++) sum += Math.sqrt(i)
  return sum
}

const work = trace.getTracer('program').startActiveSpan(`work ${threadId}`, async (span) => {
  const { traceId, spanId, traceFlags } = span.spanContext()
  console.log(JSON.stringify({ where: `${threadId}`, traceId, spanId, sampled: (traceFlags & 1) === 1 }))
  for (let slice = 0; slice < 10; slice++) {
    burnInThread(20)
    await new Promise((resolve) => setImmediate(resolve))
  }
  span.end()
})

if (isMainThread) {
  const threads = [1, 2].map(() => new Worker(new URL(import.meta.url)))
  await Promise.all([work, ...threads.map((thread) => new Promise((resolve) => thread.on('exit', resolve)))])
  const busy = new Worker('setInterval(() => { for (const end = Date.now() + 5; Date.now() < end; ); }, 1)', {
    eval: true,
  })
  await new Promise((resolve) => setTimeout(resolve, 500))
  await busy.terminate()
}
