import { resolve } from 'node:path'
import { formatByteSize } from '@clew/base/byte-size'
import type { CommandDefinition } from '../command.ts'
import { addSettingOptions, settingsFromFlags } from '../config/settings-options.ts'
import { withoutPassword } from '../wire/status-port.ts'

/** `clew restore`: a new store from a backup. */
export const restoreCommand: CommandDefinition = {
  name: 'restore',
  build(command, context) {
    addSettingOptions(command, ['dataDir', 'store'])
      .summary('make a new store from a backup')
      .description(
        'Fills an empty data directory, or a database without tables on ClickHouse, from a backup. Nothing is ever overwritten.',
      )
      .argument('<backup>', 'directory that `clew backup` printed; with ClickHouse the name of the backup')
      .action(async (backup: string, options: Record<string, unknown>) => {
        const { terminal, cwd } = context
        const settings = settingsFromFlags(options, context)
        const isEmbedded = settings.store === 'chdb'
        // Loaded only here: the engine is large.
        const { restoreBackup } = await import('@clew/store/backup/restore')
        const { bytes, files } = await restoreBackup({
          from: isEmbedded ? resolve(cwd, backup) : backup,
          dataDirectory: settings.dataDir,
          url: settings.store,
        })
        terminal.out(isEmbedded ? settings.dataDir : withoutPassword(settings.store))
        terminal.err(`${formatByteSize(bytes)} in ${files} files; start it with \`clew up\` and the same flags`)
      })
  },
}
