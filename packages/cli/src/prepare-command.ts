import type { Command } from 'commander'
import type { CommandContext } from './command.ts'

/** Commander writes through our terminal and throws instead of ending the process; sub-commands need it each. */
export function prepare(command: Command, { terminal }: CommandContext): void {
  command.exitOverride().showHelpAfterError('(add --help for the possible options)')
  command.configureOutput({
    writeOut: (text) => terminal.out(text.trimEnd()),
    writeErr: (text) => terminal.err(text.trimEnd()),
    getOutHasColors: () => terminal.color,
    getErrHasColors: () => terminal.color,
  })
}
