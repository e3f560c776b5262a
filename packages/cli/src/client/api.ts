import { homedir } from 'node:os'
import { join } from 'node:path'
import { callEndpoint } from '@clew/contract/client'
import type { Endpoint, InputOf, OutputOf } from '@clew/contract/endpoint'
import { Option } from 'commander'
import type { Command } from 'commander'
import type { CommandContext } from '../command.ts'
import type { Environment } from '../config/environment.ts'
import { readRunFile } from '../wire/run-file.ts'
import type { RunFile } from '../wire/run-file.ts'
import { readPem, tokenToSend, trustFrom } from './credentials.ts'
import { tlsFetch } from './tls-fetch.ts'
import type { Fetch, TlsTrust } from './tls-fetch.ts'

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

/**
 * Calls endpoints of the Clew that `--url`, CLEW_URL or the run file of this user's data directory names. It shows the token
 * of CLEW_AUTH_TOKEN; the Clew that runs on this user's data directory has left one for its user.
 */
export class ApiClient {
  readonly baseUrl: string
  /** Sends requests with what the address needs: token and certificates. */
  readonly fetch: Fetch

  /** Throws ClewError USAGE, TLS_FILE for an environment that is wrong. */
  constructor(options: ClientOptions, context: Pick<CommandContext, 'environment'>) {
    const { environment } = context
    const running = runningClew(environment)
    this.baseUrl = baseUrl(options.url, environment, running)
    const here = running !== undefined && running.ui === this.baseUrl ? running : undefined
    const token = tokenToSend(environment) ?? here?.tokens?.admin
    const ask = tlsFetch(trustFor(here, environment))
    this.fetch = (url, init) => ask(url, token === undefined ? init : withToken(init, token))
  }

  call<E extends Endpoint>(endpoint: E, input: InputOf<E>, abort?: AbortSignal): Promise<OutputOf<E>> {
    return callEndpoint(endpoint, input, {
      baseUrl: this.baseUrl,
      fetch: this.fetch,
      ...(abort === undefined ? {} : { abort }),
    })
  }
}

/** The Clew that runs on this user's data directory. */
export function runningClew(environment: Environment): RunFile | undefined {
  const home = environment['HOME'] ?? homedir()
  return readRunFile(environment['CLEW_DATA_DIR'] || join(home, '.clew'))
}

function baseUrl(flag: string | undefined, environment: Environment, running: RunFile | undefined): string {
  const named = flag ?? environment['CLEW_URL']
  if (named !== undefined && named !== '') {
    const url = /^https?:\/\//.test(named) ? named : `http://${named}`
    return url.endsWith('/') ? url.replace(/\/+$/, '') : url
  }
  return running?.ui ?? `http://127.0.0.1:${environment['CLEW_PORT'] || '4320'}`
}

/** The certificate of a Clew here is known by its file, whatever name it is for. */
function trustFor(here: RunFile | undefined, environment: Environment): TlsTrust {
  const trust = trustFrom(environment)
  return here?.certificate === undefined || trust.ca !== undefined
    ? trust
    : { ...trust, only: readPem('certificate', here.certificate) }
}

function withToken(init: RequestInit, token: string): RequestInit {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${token}`)
  return { ...init, headers }
}
