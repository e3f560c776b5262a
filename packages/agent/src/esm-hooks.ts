import { createRequire, register } from 'node:module'

interface HookOptions {
  readonly include: string[]
}

/**
 * Makes `import` of the given modules visible to the instrumentations, which by themselves see only `require`. Only
 * these modules are wrapped; everything else is loaded as without an agent. On Node versions with synchronous hooks
 * they run in this thread, before that in the loader thread.
 */
export function registerEsmHooks(moduleNames: readonly string[]): void {
  const require = createRequire(import.meta.url)
  const options: HookOptions = { include: [...new Set(moduleNames)] }
  if (loadSyncSupport(require).supportsSyncHooks()) {
    const sync = require('import-in-the-middle/register-hooks.mjs') as { register(options: HookOptions): void }
    sync.register(options)
    return
  }
  register('import-in-the-middle/hook.mjs', import.meta.url, { data: options })
}

function loadSyncSupport(require: NodeJS.Require): { supportsSyncHooks(): boolean } {
  // Node without `registerHooks` cannot have the synchronous kind, and Node 20 need not read the file to say so.
  const [major = 0] = process.versions.node.split('.').map(Number)
  if (major < 22) return { supportsSyncHooks: () => false }
  return require('import-in-the-middle/supports-sync-hooks.mjs') as { supportsSyncHooks(): boolean }
}
