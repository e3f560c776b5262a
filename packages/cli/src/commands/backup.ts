import { setTimeout as sleep } from 'node:timers/promises'
import { formatByteSize } from '@clew/base/byte-size'
import { ClewError } from '@clew/base/errors'
import { getBackup, startBackup } from '@clew/contract/backups'
import { addClientOptions, ApiClient } from '../client/api.ts'
import type { ClientOptions } from '../client/api.ts'
import type { CommandDefinition } from '../command.ts'

const LOOK_EVERY_MS = 250

/** `clew backup`: a copy of the store of a running Clew. */
export const backupCommand: CommandDefinition = {
  name: 'backup',
  build(command, context) {
    addClientOptions(command)
      .summary('back up the store of a running Clew')
      .description(
        'Copies everything that was acknowledged until now, while Clew goes on taking data: with the embedded database to backups/NAME in its data directory, with ClickHouse to the disk `backups` of the servers.',
      )
      .argument('[name]', 'name of the backup (default: the time, such as 2026-01-31T12-00-00)')
      .action(async (name: string | undefined, options: ClientOptions) => {
        const { terminal } = context
        const client = new ApiClient(options, context)
        let backup = await client.call(startBackup, { name: name ?? timeName() })
        while (backup.state === 'running') {
          await sleep(LOOK_EVERY_MS)
          backup = await client.call(getBackup, { name: backup.name })
        }
        if (backup.state === 'failed') {
          throw new ClewError('BACKUP_FAILED', backup.problem, backup.fix === '' ? {} : { fix: backup.fix })
        }
        if (options.json === true) return terminal.out(JSON.stringify(backup, null, 2))
        terminal.out(backup.place)
        terminal.err(
          `${formatByteSize(backup.bytes)} in ${backup.files} files, ${(backup.elapsedMs / 1000).toFixed(1)} s`,
        )
      })
  },
}

function timeName(): string {
  return new Date().toISOString().slice(0, 19).replaceAll(':', '-')
}
