import type { CommandDefinition } from '../command.ts'
import { addSettingOptions, settingsFromFlags } from '../config/settings-options.ts'

interface Options extends Record<string, unknown> {
  readonly set: string[]
  readonly default?: boolean
  readonly showSecrets?: boolean
}

/** `clew print-config`: the pipeline configuration as it would run, merged and expanded. */
export const printConfigCommand: CommandDefinition = {
  name: 'print-config',
  build(command, context) {
    addSettingOptions(command)
      .summary('print the pipeline configuration as it would run')
      .description(
        'Prints the configuration after merging and expanding; without --config, the one `clew up` runs by default.',
      )
      .option('--set <key=value>', 'override one value of the pipeline configuration; repeat', append, [])
      .option('--default', 'print the default configuration, whatever the settings say')
      .option('--show-secrets', 'do not mask secrets')
      .action(async (options: Options) => {
        const { terminal, environment, cwd } = context
        const { checkedPipeline } = await import('../wire/checked-pipeline.ts')
        const { printConfig } = await import('@clew/collector/config/print-config')
        const settings = settingsFromFlags(options, context)
        const { tree } = checkedPipeline(
          options.default === true ? { ...settings, config: [] } : settings,
          options.set,
          {
            env: environment,
            cwd,
          },
        )
        terminal.out(printConfig(tree, { redact: options.showSecrets !== true }).trimEnd())
      })
  },
}

function append(value: string, all: string[]): string[] {
  return [...all, value]
}
