import type { Command } from 'commander'
import type { CommandContext } from '../command.ts'
import { buildProgram } from '../program.ts'
import { GENERATED_NOTE } from './markdown.ts'

/** docs/reference/cli.md, from the commands themselves. */
export function cliPage(): string {
  const program = buildProgram(NO_CONTEXT)
  const pages = program.commands.flatMap((command) => commandSections(command, 'clew'))
  return `${GENERATED_NOTE}

# Commands

\`\`\`text
${help(program)}
\`\`\`

Results go to standard output, everything about them to standard error. \`--json\` prints results for programs. Colours
appear on terminals only.

| Exit code | Meaning |
| --- | --- |
| 0 | done |
| 1 | failure; the message says what |
| 2 | the command line, a setting or a configuration file is wrong |
| 3 | no Clew answers at the address |
| 4 | Clew answers, but what was asked for is not there |
| 5 | a port or the data directory is in use by another process |

\`clew run\` ends with the exit code of the command it ran; 128 + n when that was ended by signal n.

${pages.join('\n\n')}
`
}

function commandSections(command: Command, parent: string): string[] {
  const name = `${parent} ${command.name()}`
  return [
    `## ${name}\n\n\`\`\`text\n${help(command)}\n\`\`\``,
    ...command.commands.flatMap((child) => commandSections(child, name)),
  ]
}

function help(command: Command): string {
  return command.helpInformation().trimEnd()
}

/** Enough to describe the commands; nothing is run. */
const NO_CONTEXT: CommandContext = {
  terminal: { color: false, interactive: false, width: 110, out: () => undefined, err: () => undefined },
  environment: {},
  cwd: '.',
  stopSignal: () => new Promise(() => undefined),
  exit: () => undefined,
}
