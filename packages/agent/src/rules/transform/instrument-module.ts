import type { RawSourceMap } from '../../rewrite/source-map.ts'
import type { ModuleFile } from '../module-file.ts'
import type { Rule } from '../rule.ts'
import { Edits } from './edits.ts'
import { findSites } from './find-sites.ts'
import { mayMatch } from './may-match.ts'
import { namesFor, preamble, RUNTIME_EXPRESSION } from './names.ts'
import { PointPlan } from './point-plan.ts'
import { Positions } from './positions.ts'
import { isDirective, list, parseModule, type ParsedModule } from './syntax.ts'

/** A module's text and what is known about it. */
export interface ModuleInput {
  readonly source: string
  readonly file: ModuleFile
  /** The map the text brings along. */
  readonly inputMap: RawSourceMap | undefined
  /** Rules whose package is this one. */
  readonly rules: readonly Rule[]
  /** Whether a type checker may see the result. Node strips types before or after it hands over a text, so not at load. */
  readonly annotate?: boolean
  /** Text that makes sure the runtime is there, such as an import; empty when it is already. */
  readonly importRuntime: (isModule: boolean) => string
  /** How a module of hooks is reached; undefined when whoever loads the module sees to it. */
  readonly importHooks?: (
    path: string,
    index: number,
    isModule: boolean,
  ) => { readonly text: string; readonly name: string }
}

/** What became of a module. */
export interface InstrumentedModule {
  /** Undefined when nothing was changed. */
  readonly output: { readonly code: string; readonly map: RawSourceMap } | undefined
  /** Number of places by rule. */
  readonly matched: ReadonlyMap<string, number>
  /** Places that were found and left alone, and why. */
  readonly notes: readonly { readonly rule: string; readonly text: string }[]
  /** Paths of the modules with hooks that were asked for. */
  readonly hooks: readonly string[]
}

const NOTHING: InstrumentedModule = { output: undefined, matched: new Map(), notes: [], hooks: [] }

/** Larger texts are left alone, with a note. */
const MAX_SOURCE_CHARACTERS = 16 * 1024 * 1024

/**
 * Puts what the rules say into a module. Insertions only, and no new line: every character that was there stays on its line
 * and in its order.
 * @throws SyntaxError when the text cannot be parsed.
 */
export function instrumentModule(input: ModuleInput): InstrumentedModule {
  const { source, file, inputMap } = input
  if (source.includes(RUNTIME_EXPRESSION)) return NOTHING
  const positions = (): Positions => new Positions(source, file.pathInPackage, inputMap)
  const rules = input.rules.filter((rule) => mayMatch(rule, source, file.pathInPackage, inputMap))
  if (!rules.some(({ actions }) => actions.some((action) => action.do !== 'skip' && action.do !== 'redact')))
    return NOTHING
  if (source.length > MAX_SOURCE_CHARACTERS) {
    const text = `${file.pathInPackage} has more than 16 Mi characters and is left as it is`
    return { ...NOTHING, notes: rules.map(({ name }) => ({ rule: name, text })) }
  }
  const parsed = parseModule(source, file.path)
  const sites = findSites(parsed)
  const names = namesFor(parsed, input.annotate === true, sites.orders)
  const edits = new Edits()
  const plan = new PointPlan({ rules, parsed, sites, positions: positions(), edits, names })
  plan.run()
  const { matched, notes, hooks } = plan
  if (plan.points.length === 0) return { ...NOTHING, matched, notes }
  const { isModule } = parsed
  const imports = [input.importRuntime(isModule)]
  const named: string[] = []
  hooks.forEach((path, index) => {
    const imported = input.importHooks?.(path, index, isModule)
    if (imported === undefined) return
    imports.push(imported.text)
    named.push(`${JSON.stringify(path)}:${imported.name}`)
  })
  const hookList = named.length === 0 ? '' : `,{${named.join(',')}}`
  const text = preamble(plan.points, hookList, imports.join(''), names)
  const start = startOfModule(parsed)
  edits.open(start.at, start.separator + text, -1)
  const name = file.path.split(/[\\/]/).at(-1) ?? file.path
  return { output: edits.apply(source, name), matched, notes, hooks }
}

/** Before the first statement that is no directive. */
function startOfModule({ program, source }: ParsedModule): { at: number; separator: string } {
  const body = list(program, 'body')
  const first = body.find((statement) => !isDirective(statement))
  if (first === undefined) return { at: source.length, separator: ';' }
  return { at: first.start, separator: body[0] === first ? '' : ';' }
}
