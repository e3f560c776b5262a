import { createRequire } from 'node:module'
import { packageOfFile } from '../modules/package-of-file.ts'
import { reportFinding } from './report-finding.ts'

/** The packages that are in memory as CommonJS. To be asked before the agent loads some of its own. */
export function packagesInMemory(): ReadonlySet<string> {
  const found = new Set<string>()
  for (const path of Object.keys(createRequire(import.meta.url).cache)) {
    const name = packageOfFile(path)?.name
    if (name !== undefined) found.add(name)
  }
  return found
}

/**
 * Reports libraries that were in memory when the agent came: what they have handed out cannot be changed any more. Modules
 * of Node are no matter, they are changed where they stand.
 */
export function reportLoadedBefore(inMemory: ReadonlySet<string>, packages: readonly string[]): void {
  for (const name of packages) {
    if (!inMemory.has(name)) continue
    reportFinding(
      'loaded-before-agent',
      `${name} was loaded before the agent and is not instrumented: put the agent before every other --import and --require`,
    )
  }
}
