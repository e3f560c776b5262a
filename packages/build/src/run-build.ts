import { spawn } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ClewError } from '@clew/base/errors'
import { BuildRules } from './build-rules.ts'
import { instrumentEmitted } from './emitted.ts'
import { injectEnvironment } from './inject-environment.ts'

/** What `clew build` was asked to do. */
export interface BuildRequest {
  readonly rules: string
  readonly root: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where to look for emitted files when no bundler was seen; the usual folders when empty. */
  readonly out: readonly string[]
}

/** What came of it. */
export interface BuildOutcome {
  readonly exitCode: number
  /** Places by rule. */
  readonly matched: ReadonlyMap<string, number>
  readonly warnings: readonly string[]
  /** What the rules were put into, for people. */
  readonly where: string
}

interface ReportLine {
  readonly bundler?: string
  readonly matched?: readonly (readonly [string, number])[]
  readonly warnings?: readonly string[]
}

const USUAL_FOLDERS = ['dist', 'build', 'out', 'lib', '.output']
const INJECT_URL: string = new URL('../dist/inject.js', import.meta.url).href

/** Puts the rules into files that are there already. */
export async function buildEmitted(paths: readonly string[], { rules, root }: BuildRequest): Promise<BuildOutcome> {
  const loaded = new BuildRules({ rules, root })
  const { files, changed } = await instrumentEmitted(
    paths.map((path) => resolve(root, path)),
    loaded,
  )
  return { exitCode: 0, matched: loaded.matched, warnings: loaded.warnings(), where: `${changed} of ${files} files` }
}

/**
 * Runs a build command with the plugin in every bundler it uses. When it uses none (tsc, swc, babel), the JavaScript it has
 * written is changed afterwards.
 * @throws ClewError for rules that cannot be used, before anything is started.
 */
export async function buildWithCommand(command: readonly string[], request: BuildRequest): Promise<BuildOutcome> {
  const rules = new BuildRules({ rules: request.rules, root: request.root })
  const folder = await mkdtemp(join(tmpdir(), 'clew-build-'))
  const report = join(folder, 'report.jsonl')
  try {
    const settings = { rules: resolve(request.root, request.rules), root: request.root, report }
    const startedMs = Date.now()
    const exitCode = await run(command, injectEnvironment(request.env, settings, INJECT_URL), request.root)
    const lines = await readLines(report)
    if (lines.length > 0 || exitCode !== 0) return { exitCode, ...merged(rules, lines) }
    const emitted = await emittedSince(startedMs, request)
    if (emitted.length === 0) {
      const text =
        'the command used no bundler that is known, and no JavaScript it has written was found: name the folder with --out'
      return { exitCode, matched: new Map(), warnings: [text], where: 'nothing' }
    }
    return await buildEmitted(emitted, request)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function merged(rules: BuildRules, lines: readonly ReportLine[]): Omit<BuildOutcome, 'exitCode'> {
  const matched = new Map<string, number>()
  const warnings = new Set<string>()
  for (const line of lines) {
    for (const [name, count] of line.matched ?? []) matched.set(name, (matched.get(name) ?? 0) + count)
  }
  // A rule that one of several bundles does not have is no dead one.
  const isAlive = (warning: string): boolean =>
    rules.rules.some(({ name }) => matched.has(name) && warning.startsWith(`rule ${name} (`))
  for (const line of lines) for (const warning of line.warnings ?? []) if (!isAlive(warning)) warnings.add(warning)
  const bundlers = new Set(lines.map(({ bundler }) => bundler).filter((name) => name !== undefined))
  return { matched, warnings: [...warnings], where: [...bundlers].join(', ') || 'nothing' }
}

async function readLines(path: string): Promise<readonly ReportLine[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as ReportLine).filter(({ bundler }) => bundler !== undefined)
}

async function emittedSince(startedMs: number, { out, root }: BuildRequest): Promise<string[]> {
  const found: string[] = []
  for (const name of out.length > 0 ? out : USUAL_FOLDERS) {
    const folder = resolve(root, name)
    const entries = await readdir(folder, { recursive: true }).catch(() => [])
    for (const entry of entries.filter((file) => /\.[cm]?js$/.test(file))) {
      // File times are those of the disk's clock, which may be a little behind.
      if ((await stat(join(folder, entry))).mtimeMs < startedMs - 2000) continue
      found.push(folder)
      break
    }
  }
  return found
}

function run(words: readonly string[], env: Record<string, string>, cwd: string): Promise<number> {
  const [command = '', ...args] = words
  return new Promise((done, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env, cwd, shell: false })
    child.on('error', (cause) => {
      const fix = 'check the spelling, or put npx before it'
      reject(new ClewError('COMMAND_NOT_FOUND', `'${command}' cannot be started`, { fix, cause }))
    })
    child.on('close', (code, signal) => done(code ?? 128 + (signal === null ? 1 : constants.signals[signal])))
  })
}
