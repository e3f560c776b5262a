import type { Command } from 'commander'
import type { Environment } from './config/environment.ts'
import type { Terminal } from './output/terminal.ts'

/** What every verb is given. Tests give their own. */
export interface CommandContext {
  readonly terminal: Terminal
  readonly environment: Environment
  readonly cwd: string
  /** Resolves with the first SIGINT or SIGTERM. Asking for it takes the signals over: a second one ends the process at once. */
  readonly stopSignal: () => Promise<NodeJS.Signals>
  /** Sets the exit code of the process; the first one that is not 0 stays. */
  readonly exit: (code: number) => void
}

/** A verb: one file under commands/ and one line in commands.ts. */
export interface CommandDefinition {
  readonly name: string
  /** Adds arguments, options and the action to commander's command of that name. */
  readonly build: (command: Command, context: CommandContext) => void
}
