import { homedir } from 'node:os'
import { join } from 'node:path'
import { callEndpoint } from '@clew/contract/client'
import type { Endpoint, InputOf, OutputOf } from '@clew/contract/endpoint'
import { Option } from 'commander'
import type { Command } from 'commander'
import type { CommandContext } from '../command.ts'
import type { Environment } from '../config/environment.ts'
import { readRunFile } from '../wire/run-file.ts'

/** Options of every verb that asks a running Clew. */
export interface ClientOptions {
  readonly url?: string
  readonly json?: boolean
}

/** Adds `--url` and `--json`. */
export function addClientOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--url <url>', 'address of Clew (default: CLEW_URL, the Clew that runs here, http://127.0.0.1:4320)'),
    )
    .option('--json', 'print the answer as JSON')
}

/** Calls endpoints of the Clew that `--url`, CLEW_URL or the run file of this user's data directory names. */
export class ApiClient {
  readonly baseUrl: string

  constructor(options: ClientOptions, context: Pick<CommandContext, 'environment'>) {
    this.baseUrl = baseUrl(options.url, context.environment)
  }

  call<E extends Endpoint>(endpoint: E, input: InputOf<E>, abort?: AbortSignal): Promise<OutputOf<E>> {
    return callEndpoint(endpoint, input, { baseUrl: this.baseUrl, ...(abort === undefined ? {} : { abort }) })
  }
}

function baseUrl(flag: string | undefined, environment: Environment): string {
  const named = flag ?? environment['CLEW_URL']
  if (named !== undefined && named !== '') {
    const url = /^https?:\/\//.test(named) ? named : `http://${named}`
    return url.replace(/\/+$/, '')
  }
  const home = environment['HOME'] ?? homedir()
  const running = readRunFile(environment['CLEW_DATA_DIR'] || join(home, '.clew'))
  return running?.ui ?? `http://127.0.0.1:${environment['CLEW_PORT'] || '4320'}`
}
