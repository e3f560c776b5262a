import { ClewError, errorMessage } from '@clew/base/errors'
import { redactText } from '@clew/base/redact'
import { CommanderError } from 'commander'
import type { CommandContext } from './command.ts'
import { processEnvironment } from './config/environment.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { styleFor } from './output/style.ts'
import { processTerminal } from './output/terminal.ts'
import type { Terminal } from './output/terminal.ts'
import { buildProgram } from './program.ts'
import { stopSignal } from './stop-signal.ts'

/** Runs one command line in this process and sets its exit code. Never throws. */
export async function main(args: readonly string[]): Promise<void> {
  const environment = processEnvironment()
  const context: CommandContext = {
    terminal: processTerminal(environment),
    environment,
    cwd: process.cwd(),
    stopSignal,
    exit: (code) => {
      process.exitCode ||= code
    },
  }
  context.exit(await runCommandLine(args, context))
}

/** Parses and runs; gives the exit code. */
export async function runCommandLine(args: readonly string[], context: CommandContext): Promise<number> {
  const program = buildProgram(context)
  try {
    if (args.length === 0) {
      program.outputHelp()
      return EXIT.ok
    }
    await program.parseAsync(args, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    reportError(error, context.terminal, context.environment['CLEW_DEBUG'] === '1')
    return exitCodeOf(error)
  }
}

/** One or two lines for errors we know; the stack for those we do not, since they are our bugs. */
function reportError(error: unknown, terminal: Terminal, debug: boolean): void {
  const style = styleFor(terminal.color)
  terminal.err(`${style.red('error:')} ${redactText(errorMessage(error))}`)
  if (error instanceof ClewError) {
    if (error.fix !== undefined) terminal.err(`  ${style.dim('fix:')} ${redactText(error.fix)}`)
    if (!debug) return
  }
  if (error instanceof Error && error.stack !== undefined) terminal.err(style.dim(redactText(error.stack)))
}
