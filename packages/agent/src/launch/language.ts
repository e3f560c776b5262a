import type { LaunchFiles } from './launch-files.ts'

/** A command on its way to be started; languages change it in place. */
export interface LaunchTarget {
  /** Name of the program without folder and suffix: `python3`, `java`. */
  readonly name: string
  command: string
  args: readonly string[]
  readonly env: Record<string, string>
  /** Single lines for the user. */
  readonly notes: string[]
  /** The full path of an executable, undefined when there is none. */
  readonly findOnPath: (nameOrPath: string) => string | undefined
  readonly files: LaunchFiles
}

/** How programs of one language get their telemetry. Without an agent that can be found it says in one line how to get one. */
export interface Language {
  /** Whether a command is a program of this language. */
  readonly runs: (target: LaunchTarget) => boolean
  /** For a program of this language. */
  readonly launch: (target: LaunchTarget) => void
  /** For programs that start others (`sh`, `make`): only what harms nobody, and without a word. */
  readonly prepare?: (target: LaunchTarget) => void
}
