import { createRequire } from 'node:module'
import { packageOfFile } from '../modules/package-of-file.ts'
import type { LoadedModule, Plugin } from '../plugins/plugin.ts'

/** What all copies of the API share, under a symbol of its major version. */
interface SharedApi {
  version: string
}

const SHARED = Symbol.for('opentelemetry.js.api.1')
const OWN_MAJOR = 1

/**
 * Watches the copies of the OpenTelemetry API that the program brings along. Copies find each other through
 * a global object that says which version registered it, and one that is newer does not accept it: it is told a version
 * it accepts, so that its spans join. What stays apart is reported.
 */
export const apiCopiesPlugin: Plugin = {
  name: 'api-copies',
  modules: ['@opentelemetry/api'],
  start: ({ report }) => {
    const agentFolder = ownFolder('@opentelemetry/api')
    const copies = new Map<string, string>()
    const onApi = ({ folder, version }: LoadedModule): void => {
      if (folder === agentFolder || copies.has(folder)) return
      copies.set(folder, version)
      const [major = 0, minor = 0] = version.split('.').map(Number)
      if (major !== OWN_MAJOR) {
        report(
          'api-copies',
          `@opentelemetry/api ${version} in ${folder} does not know the agent's version 1: what it records is lost`,
        )
        return
      }
      const shared = Reflect.get(globalThis, SHARED) as SharedApi | undefined
      if (shared !== undefined && minor > Number(shared.version.split('.')[1])) shared.version = version
      if (copies.size > 1) {
        const all = [...copies].map(([where, which]) => `${which} in ${where}`).join(', ')
        report(
          'api-copies',
          `${copies.size} copies of @opentelemetry/api are in the program, joined by the agent: ${all}`,
        )
      }
    }
    return [{ module: '@opentelemetry/api', patch: (_exports, about) => onApi(about) }]
  },
}

/** Where the agent's own copy is; undefined when the agent has none outside its file. */
function ownFolder(name: string): string | undefined {
  try {
    return packageOfFile(createRequire(import.meta.url).resolve(name))?.folder
  } catch {
    return undefined
  }
}
