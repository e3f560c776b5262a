import { ClewError } from '@clew/base/errors'
import type { Scope } from '@clew/base/scope'
import type { Command } from 'commander'
import { entryText, nameProblem, parseScopes } from '../auth/token-entry.ts'
import { changeTokenFile, readTokenFile } from '../auth/token-file.ts'
import { hashToken, newToken, tokenProblem } from '../auth/token-text.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { addSettingOptions, settingsFromFlags } from '../config/settings-options.ts'
import { styleFor } from '../output/style.ts'
import { formatTable } from '../output/table.ts'

interface Options extends Record<string, unknown> {
  readonly scope: string
  readonly json?: boolean
}

/** `clew token`: who may send, read and administer. */
export const tokenCommand: CommandDefinition = {
  name: 'token',
  build(command, context) {
    command
      .summary('make, list and revoke the tokens that callers need')
      .description(
        'Tokens of a data directory. Only hashes are kept; a Clew that runs takes changes over within a second.\n' +
          'Once there is a token, every port asks for one; only /healthz, /readyz and the sign-in page stay open.',
      )
    addCreate(command.command('create'), context)
    addList(command.command('list'), context)
    addRevoke(command.command('revoke'), context)
    addHash(command.command('hash'), context)
  },
}

const SCOPE_TEXT = 'what it may do, joined by commas: ingest (send telemetry), read (look at it), admin (everything)'

function addCreate(command: Command, context: CommandContext): void {
  addSettingOptions(command, ['dataDir'])
    .summary('make a token and print it, once')
    .argument('<name>', 'what it is for, such as laptop or checkout-service')
    .option('--scope <scopes>', SCOPE_TEXT, 'read')
    .option('--json', 'print the token with its name and scopes as JSON')
    .action((name: string, options: Options) => {
      const scopes = scopesOf(options.scope)
      checkName(name)
      const { dataDir } = settingsFromFlags(options, context)
      const token = newToken()
      changeTokenFile(dataDir, (tokens) => {
        if (tokens.some((each) => each.name === name)) {
          throw new ClewError('USAGE', `there is a token '${name}' already`, {
            fix: `take another name, or revoke that one first: clew token revoke ${name}`,
          })
        }
        return [...tokens, { name, scopes: [...scopes], hash: hashToken(token), createdAt: new Date().toISOString() }]
      })
      const { terminal } = context
      if (options.json === true) return terminal.out(JSON.stringify({ name, scopes, token }))
      terminal.err(`token '${name}' may: ${scopes.join(', ')}. It is shown once and kept as a hash only:`)
      terminal.out(token)
    })
}

function addList(command: Command, context: CommandContext): void {
  addSettingOptions(command, ['dataDir'])
    .summary('list tokens: names, scopes, since when')
    .option('--json', 'print them as JSON')
    .action((options: Options) => {
      const tokens = (readTokenFile(settingsFromFlags(options, context).dataDir) ?? []).map(
        ({ name, scopes, createdAt }) => ({ name, scopes, createdAt }),
      )
      const { terminal } = context
      if (options.json === true) return terminal.out(JSON.stringify({ tokens }, null, 2))
      if (tokens.length === 0) return terminal.err('no tokens in this data directory; make one with clew token create')
      terminal.out(
        formatTable(
          [{ title: 'NAME' }, { title: 'MAY' }, { title: 'SINCE' }],
          tokens.map(({ name, scopes, createdAt }) => [name, scopes.join(', '), createdAt]),
          terminal.width,
          styleFor(terminal.color),
        ),
      )
    })
}

function addRevoke(command: Command, context: CommandContext): void {
  addSettingOptions(command, ['dataDir'])
    .summary('take a token back; sessions that began with it end')
    .argument('<name>', 'as in `clew token list`')
    .action((name: string, options: Options) => {
      const { dataDir } = settingsFromFlags(options, context)
      let left = 0
      changeTokenFile(dataDir, (tokens) => {
        const kept = tokens.filter((each) => each.name !== name)
        if (kept.length === tokens.length) {
          throw new ClewError('NOT_FOUND', `there is no token '${name}'`, { fix: 'see clew token list' })
        }
        left = kept.length
        return kept
      })
      context.terminal.err(
        left > 0
          ? `token '${name}' is revoked`
          : `token '${name}' is revoked; it was the last of this data directory, and the ports stay closed without one`,
      )
    })
}

function addHash(command: Command, context: CommandContext): void {
  command
    .summary('make an entry for --auth-token and clew.yaml, with a hash in place of the token')
    .description(
      'Reads a token from standard input and prints `<name>:<scopes>:sha256:<hash>`, for installations that keep their\n' +
        'configuration elsewhere.',
    )
    .argument('<name>', 'what it is for')
    .option('--scope <scopes>', SCOPE_TEXT, 'read')
    .option('--new', 'make a new token instead of reading one, and print it on standard error')
    .action(async (name: string, options: Options & { readonly new?: boolean }) => {
      const scopes = scopesOf(options.scope)
      checkName(name)
      const token = options.new === true ? newToken() : (await readInput()).trim()
      const problem = tokenProblem(token)
      if (problem !== undefined) {
        throw new ClewError('USAGE', `the token on standard input ${problem}`, { fix: 'or take --new' })
      }
      if (options.new === true) context.terminal.err(`the token, shown once: ${token}`)
      context.terminal.out(entryText({ name, scopes, hash: hashToken(token) }))
    })
}

/** Longer input is no token. */
const MAX_INPUT_BYTES = 4096

async function readInput(): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > MAX_INPUT_BYTES) throw new ClewError('USAGE', 'standard input is too long to be a token')
  }
  return Buffer.concat(chunks).toString('utf8')
}

function scopesOf(text: string): readonly Scope[] {
  const scopes = parseScopes(text)
  if (typeof scopes === 'string') throw new ClewError('USAGE', `--scope: ${scopes}`)
  return scopes
}

function checkName(name: string): void {
  const problem = nameProblem(name)
  if (problem !== undefined) throw new ClewError('USAGE', `'${name}' is no name for a token: ${problem}`)
}
