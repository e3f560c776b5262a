import { arch, platform } from 'node:os'
import type { CommandDefinition } from '../command.ts'
import { VERSION } from '../version.ts'

/** `clew version`: what this installation is made of. */
export const versionCommand: CommandDefinition = {
  name: 'version',
  build(command, { terminal }) {
    command
      .summary('print the version')
      .option('--json', 'print as JSON')
      .action((options: { json?: boolean }) => {
        const facts = { clew: VERSION, node: process.version, platform: `${platform()}-${arch()}` }
        if (options.json === true) terminal.out(JSON.stringify(facts))
        else terminal.out(`clew ${facts.clew} (node ${facts.node}, ${facts.platform})`)
      })
  },
}
