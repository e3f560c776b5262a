import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Where the write path keeps its files. */
export interface WriteDirectories {
  /** Segment files: acknowledged, not yet in the engine. */
  readonly segments: string
  /** Native files the engine reads; worthless after a crash. */
  readonly staging: string
  /** Segments that were damaged or refused. */
  readonly setAside: string
}

/** Makes the folders and empties the staging one. */
export function makeWriteDirectories(dataDirectory: string): WriteDirectories {
  const directories = {
    segments: join(dataDirectory, 'segments'),
    staging: join(dataDirectory, 'staging'),
    setAside: join(dataDirectory, 'set-aside'),
  }
  rmSync(directories.staging, { recursive: true, force: true })
  for (const path of Object.values(directories)) mkdirSync(path, { recursive: true, mode: 0o700 })
  return directories
}
