import { Command } from 'commander'
import type { CommandContext } from './command.ts'
import { COMMANDS } from './commands.ts'
import { prepare } from './prepare-command.ts'
import { VERSION } from './version.ts'

const EXIT_CODE_HELP = `
Exit codes: 0 done, 1 failure, 2 wrong usage or configuration, 3 Clew cannot be reached, 4 not found,
5 a port or the data directory is in use. \`clew run\` ends with the code of the command it ran.`

/** The whole command line. Parsing errors are thrown, never exit. */
export function buildProgram(context: CommandContext): Command {
  const program = new Command('clew')
    .description(
      'Clew: a complete OpenTelemetry observability system. Start with `clew up`, then open the address it prints.',
    )
    .version(VERSION, '-V, --version')
    .addHelpText('after', EXIT_CODE_HELP)
    .configureHelp({ helpWidth: Math.min(context.terminal.width, 110), showGlobalOptions: false })
    .enablePositionalOptions()
  prepare(program, context)
  for (const definition of COMMANDS) {
    const command = program.command(definition.name)
    prepare(command, context)
    definition.build(command, context)
  }
  return program
}
