import { existsSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import { buildEmitted, buildWithCommand, type BuildOutcome } from '@clew/build/run-build'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

interface Options {
  readonly rules: string
  readonly out?: string[]
}

/** `clew build -- CMD` and `clew build dist/`: rules in a build's output. */
export const buildCommand: CommandDefinition = {
  name: 'build',
  build(command, context) {
    command
      .summary('put rules into a program while it is built, or into JavaScript that was built')
      .description(
        'With a command: runs it with the rules in every bundler it uses (vite, rollup, rolldown, webpack, rspack,\n' +
          'esbuild); with tsc and others that bundle nothing, in what they have written. Ends with its exit code.\n' +
          'With folders or files: changes the JavaScript in them in place, source maps included.',
      )
      .usage('[options] -- <command> [arguments...] | <folder...>')
      .argument('<words...>', 'a command and its arguments, or folders that a build has written')
      .option('--rules <file>', 'the rules', 'clew.rules.yaml')
      .option('--out <folder...>', 'where a command without a bundler writes to (default: the usual folders)')
      .passThroughOptions()
      .action(async (words: string[], options: Options) => context.exit(await build(words, options, context)))
  },
}

async function build(words: readonly string[], options: Options, context: CommandContext): Promise<number> {
  const { environment, terminal } = context
  const root = process.cwd()
  // A command line gets what npm scripts get.
  const path = [resolve(root, 'node_modules', '.bin'), environment['PATH'] ?? ''].join(delimiter)
  const request = { rules: options.rules, root, env: { ...environment, PATH: path }, out: options.out ?? [] }
  const outcome = words.every((word) => existsSync(word))
    ? await buildEmitted(words, request)
    : await buildWithCommand(words, request)
  for (const line of summary(outcome)) terminal.err(line)
  return outcome.exitCode === 0 ? EXIT.ok : outcome.exitCode
}

function summary({ matched, warnings, where }: BuildOutcome): readonly string[] {
  const places = [...matched].map(([name, count]) => `${name}: ${count}`).join(', ')
  return [
    ...warnings.map((warning) => `clew: warning: ${warning}`),
    places === '' ? 'clew: no rule was put anywhere' : `clew: rules in ${where}: ${places}`,
  ]
}
