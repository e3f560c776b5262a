import nodeModule, { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { FindingKind } from '../findings/report-finding.ts'

/** Sees an ES module when it has run: its URL, exports that can be set, and the specifier it was asked for by. */
export type OnEsm = (url: string, exports: Record<string, unknown>, specifier: string) => void

type Resolve = (specifier: string, context: unknown, next: (...args: unknown[]) => unknown) => unknown
type Load = (url: string, context: unknown, next: (...args: unknown[]) => unknown) => unknown

interface SyncHook {
  applyOptions: (options: { include: readonly string[] }) => void
  resolveSync: Resolve
  loadSync: Load
}

type RegisterHooks = (hooks: { resolve: Resolve; load: Load }) => unknown

/**
 * Calls `onLoaded` for every ES module of the given packages that is imported. Where Node has synchronous hooks that can
 * do it, they run in this thread and nothing is loaded before the first of the packages is imported; before that, in
 * Node's loader thread. See section "Node versions" of docs/agent/start.md.
 */
export function hookEsm(
  packages: readonly string[],
  onLoaded: OnEsm,
  report: (kind: FindingKind, text: string) => void,
): void {
  const require = createRequire(import.meta.url)
  const listen = (): void => {
    const { addHook } = require('import-in-the-middle') as { addHook: (hook: OnEsm) => void }
    addHook((url, exports, specifier) => onLoaded(url, exports, specifier))
  }
  try {
    if (hasSyncHooks(process.versions.node)) hookInThread(require, packages, listen)
    else {
      listen()
      nodeModule.register(hookUrl(require, 'import-in-the-middle/hook.mjs'), { data: { include: packages } })
    }
  } catch (error) {
    report('plugin-failed', `ES modules are not instrumented: ${String(error)}`)
  }
}

/**
 * Whether `module.registerHooks` of this Node version can hand CommonJS on without its source: since 22.22.3, 24.11.1,
 * 25.1 and 26. Earlier ones that have the function refuse that.
 */
export function hasSyncHooks(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  if (major === 22) return minor > 22 || (minor === 22 && patch >= 3)
  if (major === 24) return minor > 11 || (minor === 11 && patch >= 1)
  if (major === 25) return minor >= 1
  return major >= 26
}

/** Waits for the first import of one of the packages before the rewriter of import-in-the-middle is loaded. */
function hookInThread(require: NodeJS.Require, packages: readonly string[], listen: () => void): void {
  // Types are those of the oldest Node.
  const { registerHooks } = nodeModule as { registerHooks?: RegisterHooks }
  const watched = new Set(packages)
  let hook: SyncHook | undefined
  let arming = false
  const arm = (): void => {
    arming = true
    const { createHook } = require('import-in-the-middle/create-hook.mjs') as {
      createHook: (meta: { url: string }) => SyncHook
    }
    listen()
    hook = createHook({ url: hookUrl(require, 'import-in-the-middle/register-hooks.mjs') })
    hook.applyOptions({ include: packages })
  }
  registerHooks?.({
    resolve: (specifier, context, next) => {
      if (hook === undefined && !arming && watched.has(packageOfSpecifier(specifier)) && isImport(context)) arm()
      return hook === undefined ? next(specifier, context) : hook.resolveSync(specifier, context, next)
    },
    load: (url, context, next) => (hook === undefined ? next(url, context) : hook.loadSync(url, context, next)),
  })
}

/** `require` of CommonJS is seen elsewhere. */
function isImport(context: unknown): boolean {
  return (context as { conditions?: readonly string[] }).conditions?.includes('import') === true
}

/** The package a specifier names: `@scope/name` of `@scope/name/file`. */
function packageOfSpecifier(specifier: string): string {
  const first = specifier.indexOf('/')
  if (first < 0) return specifier
  if (specifier[0] !== '@') return specifier.slice(0, first)
  const second = specifier.indexOf('/', first + 1)
  return second < 0 ? specifier : specifier.slice(0, second)
}

function hookUrl(require: NodeJS.Require, file: string): string {
  return pathToFileURL(require.resolve(file)).href
}
