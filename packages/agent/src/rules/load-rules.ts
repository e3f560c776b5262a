import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import type { FindingKind } from '../findings/report-finding.ts'
import { addSourceRewriter } from '../rewrite/source-hooks.ts'
import { packageRootAbove } from './module-file.ts'
import { parseRules } from './parse-rules.ts'
import { problemText, RulesError } from './rule-error.ts'
import type { Rule } from './rule.ts'
import { rulesRuntime } from './rule-switches.ts'
import { createRewriter, originOfRules } from './rules-rewriter.ts'

/** How findings are said. */
export type Report = (kind: FindingKind, text: string) => void

/** After this time a rule without a place is a finding; a program that ends earlier says so at its end. */
const CHECK_AFTER_MS = 60_000

/**
 * Reads the files of CLEW_RULES (separated by commas) and applies them to every module that is loaded from now on. A file that
 * cannot be used is a finding with everything that is wrong with it; the others work.
 */
export function loadRules(setting: string, report: Report): void {
  const files: { path: string; text: string }[] = []
  const rules: Rule[] = []
  for (const name of setting
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')) {
    const path = resolve(name)
    try {
      const text = readFileSync(path, 'utf8')
      const read = parseRules(text, path)
      const taken = read.find((rule) => rules.some((other) => other.name === rule.name))
      if (taken !== undefined) throw new Error(`there are two rules called '${taken.name}'; rename one`)
      rules.push(...read)
      files.push({ path, text })
    } catch (error) {
      for (const text of messagesOf(error, name)) report('configuration', text)
    }
  }
  if (rules.length === 0) return
  const runtime = rulesRuntime()
  for (const { name, enabled } of rules) runtime.declare(name, enabled)
  runtime.listener.onFailure = (rule, text) => report('plugin-failed', `rule ${rule}: ${text}`)
  runtime.listener.onNote = (rule, text) => report('rule-not-applied', `rule ${rule}: ${text}`)
  runtime.listener.onHooks = (path) => loadHooks(path, report)
  const options = { files, root: programRoot() }
  addSourceRewriter(createRewriter(options), originOfRules(options))
  if (isMainThread) checkLater(rules, report)
}

function messagesOf(error: unknown, name: string): readonly string[] {
  if (error instanceof RulesError) return error.problems.map(problemText)
  return [`the rules in ${name} are not used: ${error instanceof Error ? error.message : String(error)}`]
}

/** The folder of the package the program is in. */
function programRoot(): string | undefined {
  try {
    const script = process.argv[1]
    if (script !== undefined && script !== '') return packageRootAbove(dirname(realpathSync(script)))
  } catch {
    // `node -e` has no file.
  }
  return packageRootAbove(process.cwd())
}

function loadHooks(path: string, report: Report): void {
  try {
    rulesRuntime().addHooks(path, createRequire(path)(path) as object)
  } catch (error) {
    report('plugin-failed', `the hooks in ${path} could not be loaded: ${String(error)}`)
  }
}

function checkLater(rules: readonly Rule[], report: Report): void {
  let checked = false
  const check = (): void => {
    if (checked) return
    checked = true
    const points = new Map(
      rulesRuntime()
        .rules()
        .map((state) => [state.name, state.points]),
    )
    for (const { name, origin, actions } of rules) {
      const isPassive = actions.every((action) => action.do === 'skip' || action.do === 'redact')
      if (isPassive || points.get(name) !== 0) continue
      report(
        'rule-matched-nothing',
        `rule ${name} (${origin}) matched nothing in what this program has loaded: ${NOTHING_FIX}`,
      )
    }
  }
  setTimeout(check, CHECK_AFTER_MS).unref()
  process.once('beforeExit', check)
  process.once('exit', check)
}

const NOTHING_FIX =
  'compare target, file and names with the code that runs, or, if it is bundled, apply the rules when it is built'
