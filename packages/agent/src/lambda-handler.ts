/** What Lambda's runtime loads in the place of the program's handler; see `instrumentations/lambda/aws-lambda.ts`. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { LambdaBridge } from './instrumentations/lambda/aws-lambda.ts'

const bridge = Reflect.get(globalThis, Symbol.for('clew.lambda')) as LambdaBridge
const { env } = process
env['_HANDLER'] = bridge.handler
const taskRoot = env['LAMBDA_TASK_ROOT'] ?? ''

/** @public found by its name by Lambda's runtime */
export const handler: (this: unknown, ...args: unknown[]) => unknown = bridge.wrap(await load(bridge.handler))

/** Finds the handler as the runtime does: `folder/file.name`, or `file.name.of.nested`. */
async function load(text: string): Promise<(...args: unknown[]) => unknown> {
  const last = basename(text)
  const folder = text.slice(0, text.length - last.length)
  const [, file = '', name = ''] = /^([^.]*)\.(.*)$/.exec(last) ?? []
  const module = await loadModule(resolve(taskRoot, folder), file)
  const found = findIn(module, name) ?? findIn((module as { default?: unknown }).default, name)
  if (typeof found === 'function') return found as (...args: unknown[]) => unknown
  const error = new Error(`${text} is ${found === undefined ? 'undefined or not exported' : 'not a function'}`)
  error.name = 'Runtime.HandlerNotFound'
  throw error
}

async function loadModule(folder: string, file: string): Promise<object> {
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    const path = join(folder, `${file}${extension}`)
    if (existsSync(path)) return (await import(pathToFileURL(path).href)) as object
  }
  const require = createRequire(join(taskRoot, 'index.js'))
  return require(require.resolve(file, { paths: [taskRoot, folder] })) as object
}

function findIn(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
      value,
    )
}
