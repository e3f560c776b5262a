import { createRequire } from 'node:module'
import { packageOfFile } from '../modules/package-of-file.ts'
import { reportFinding } from './report-finding.ts'

/**
 * Reports libraries that were in memory when the agent came: what they have handed out cannot be changed any more. Modules
 * of Node are no matter, they are changed where they stand.
 */
export function reportLoadedBefore(packages: readonly string[]): void {
  const watched = new Set(packages)
  const found = new Set<string>()
  for (const path of Object.keys(createRequire(import.meta.url).cache)) {
    const name = packageOfFile(path)?.name
    if (name !== undefined && watched.has(name)) found.add(name)
  }
  for (const name of found) {
    reportFinding(
      'loaded-before-agent',
      `${name} was loaded before the agent and is not instrumented: put the agent before every other --import and --require`,
    )
  }
}
