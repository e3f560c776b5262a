import { context as contextApi, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { requestBegins, requestEnds } from '../../context/lost-context.ts'
import type { ModuleExports, Plugin } from '../../plugins/plugin.ts'
import { failSpan } from '../span-failure.ts'

type Job = (this: unknown, ...args: unknown[]) => unknown

interface NodeCron {
  schedule: (expression: unknown, job: unknown, ...rest: unknown[]) => unknown
}

/** Every run of a job begins a trace of its own, wherever the job was set up. */
export const cron: Plugin = {
  name: 'cron',
  modules: ['node-cron', 'cron', 'node-schedule'],
  libraries: ['node-cron >=3', 'cron >=2', 'node-schedule 2'],
  start: () => [
    { module: 'node-cron', patch: patchNodeCron },
    {
      module: 'cron',
      patch: (exports: ModuleExports): void => {
        const holder = exports as { CronJob?: new (...args: unknown[]) => object }
        if (typeof holder.CronJob !== 'function') return
        replace(
          holder,
          'CronJob',
          new Proxy(holder.CronJob, {
            construct: (target, [expression, job, ...rest], newTarget) =>
              Reflect.construct(target, [expression, asJob(String(expression), job), ...rest], newTarget) as object,
            get: (target, key, receiver) =>
              key === 'from' ? fromParameters(target) : Reflect.get(target, key, receiver),
          }),
        )
      },
    },
    {
      module: 'node-schedule',
      patch: (exports: ModuleExports): void => {
        const holder = exports as { scheduleJob?: (...args: unknown[]) => unknown }
        const original = holder.scheduleJob
        if (typeof original !== 'function') return
        replace(holder, 'scheduleJob', function scheduleJob(this: unknown, ...args: unknown[]) {
          const name = typeof args[0] === 'string' ? args[0] : 'job'
          return original.apply(
            this,
            args.map((arg) => asJob(name, arg)),
          )
        })
      },
    },
  ],
}

function patchNodeCron(exports: ModuleExports): void {
  const patched = new Set<unknown>()
  for (const holder of [exports, exports.default, exports.nodeCron] as (NodeCron | undefined)[]) {
    const original = holder?.schedule
    if (holder === undefined || typeof original !== 'function' || patched.has(original)) continue
    const schedule: NodeCron['schedule'] = (expression, job, ...rest) =>
      original.call(holder, expression, asJob(String(expression), job), ...rest)
    patched.add(schedule)
    replace(holder, 'schedule', schedule)
  }
}

/** `CronJob.from`, which makes one without asking what `CronJob` has become. */
function fromParameters(target: object): unknown {
  const { from } = target as { from?: (parameters: object) => object }
  if (typeof from !== 'function') return from
  return (parameters: { readonly cronTime?: unknown; readonly onTick?: unknown }): object =>
    from.call(target, { ...parameters, onTick: asJob(String(parameters.cronTime), parameters.onTick) })
}

/** Exports of compiled modules are often getters. */
function replace(holder: object, name: string, value: unknown): void {
  if (!Reflect.set(holder, name, value)) {
    Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true })
  }
}

function asJob(name: string, job: unknown): unknown {
  if (typeof job !== 'function') return job
  const tracer = trace.getTracer('@clew/agent/cron')
  const run: Job = function (...args) {
    const span = tracer.startSpan(`job ${name}`, { kind: SpanKind.INTERNAL }, ROOT_CONTEXT)
    requestBegins()
    const end = (error?: unknown): void => {
      requestEnds()
      if (error !== undefined) failSpan(span, error)
      span.end()
    }
    return contextApi.with(trace.setSpan(ROOT_CONTEXT, span), () => {
      try {
        const result = (job as Job).apply(this, args)
        if (!(result instanceof Promise)) {
          end()
          return result
        }
        result.then(() => end(), end)
        return result
      } catch (error) {
        end(error)
        throw error
      }
    })
  }
  Object.defineProperty(run, 'length', { value: job.length, configurable: true })
  return run
}
