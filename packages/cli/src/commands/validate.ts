import { ClewError } from '@clew/base/errors'
import type { CommandDefinition } from '../command.ts'
import { addSettingOptions, settingsFromFlags } from '../config/settings-options.ts'
import { styleFor } from '../output/style.ts'

interface Options extends Record<string, unknown> {
  readonly set: string[]
  readonly json?: boolean
}

/** `clew validate`: checks settings and pipeline configuration without starting anything. */
export const validateCommand: CommandDefinition = {
  name: 'validate',
  build(command, context) {
    addSettingOptions(command)
      .summary('check settings and pipeline configuration without starting anything')
      .option('--set <key=value>', 'override one value of the pipeline configuration; repeat', append, [])
      .option('--json', 'print the result as JSON')
      .action(async (options: Options) => {
        const { terminal, environment, cwd } = context
        const { checkedPipeline } = await import('../wire/checked-pipeline.ts')
        try {
          const settings = settingsFromFlags(options, context)
          const { config, warnings } = checkedPipeline(settings, options.set, { env: environment, cwd })
          const pipelines = [...config.service.pipelines.keys()]
          if (options.json === true) {
            terminal.out(
              JSON.stringify({
                valid: true,
                pipelines,
                warnings: warnings.map(({ message, fix }) => ({ message, fix })),
              }),
            )
            return
          }
          for (const { message, fix } of warnings)
            terminal.err(`warning: ${message}${fix === undefined ? '' : ` (${fix})`}`)
          terminal.out(
            `${styleFor(terminal.color).green('valid')}: ${pipelines.length} pipelines (${pipelines.join(', ')})`,
          )
        } catch (error) {
          if (options.json === true && error instanceof ClewError)
            terminal.out(
              JSON.stringify({ valid: false, error: { code: error.code, message: error.message, fix: error.fix } }),
            )
          throw error
        }
      })
  },
}

function append(value: string, all: string[]): string[] {
  return [...all, value]
}
