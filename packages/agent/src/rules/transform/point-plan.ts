import { matchesPath } from '../match-file.ts'
import { matchesName } from '../name-glob.ts'
import type { Rule } from '../rule.ts'
import type { ActionSpec, PointKind, PointSpec, RedactSpec } from '../runtime/point-spec.ts'
import type { Edits } from './edits.ts'
import type { Sites } from './find-sites.ts'
import { siteName, type CallSite, type FunctionSite } from './function-site.ts'
import { instrumentCall, isCall } from './instrument-call.ts'
import { canEnterContext, functionHazard, instrumentFunction, kindOf } from './instrument-function.ts'
import { instrumentLine, statementAt } from './instrument-line.ts'
import type { Names } from './names.ts'
import type { Positions } from './positions.ts'
import { locateIn, Slots, type Locate } from './slots.ts'
import type { ParsedModule } from './syntax.ts'

/** What a plan is made from. */
export interface PlanInput {
  readonly rules: readonly Rule[]
  readonly parsed: ParsedModule
  readonly sites: Sites
  readonly positions: Positions
  readonly edits: Edits
  readonly names: Names
}

/** Which rules apply where in one module; makes the edits, and the points in the order of their variables. */
export class PointPlan {
  readonly points: PointSpec[] = []
  readonly matched: Map<string, number> = new Map()
  readonly notes: { rule: string; text: string }[] = []
  readonly hooks: string[] = []
  readonly #input: PlanInput
  readonly #skips: readonly Rule[]
  readonly #redactions: readonly Rule[]

  constructor(input: PlanInput) {
    this.#input = input
    const has = (kind: 'skip' | 'redact') => (rule: Rule) => rule.actions.some((action) => action.do === kind)
    this.#skips = input.rules.filter(has('skip'))
    this.#redactions = input.rules.filter(has('redact'))
  }

  run(): void {
    const { rules, sites } = this.#input
    const work = rules.filter((rule) => rule.actions.some(({ do: kind }) => kind !== 'skip' && kind !== 'redact'))
    const onFunctions = work.filter(({ where }) => where.line === undefined && where.call === undefined)
    for (const site of sites.functions) {
      const found = onFunctions.filter((rule) => this.#selects(rule, site))
      if (found.length > 0) this.#function(site, found)
    }
    for (const site of sites.calls) {
      const found = work.filter((rule) => rule.where.call !== undefined && this.#selectsCall(rule, site))
      if (found.length > 0) this.#call(site, found)
    }
    for (const rule of work) if (rule.where.line !== undefined) this.#line(rule, rule.where.line)
  }

  #function(site: FunctionSite, rules: readonly Rule[]): void {
    const { parsed, edits, names } = this.#input
    const label = `${siteName(site)} in ${this.#at(site.node.start)}`
    if (this.#isSkipped(site)) return
    const hazard = functionHazard(site, parsed.isTypeScript)
    if (hazard !== undefined) {
      for (const { name } of rules) this.notes.push({ rule: name, text: `${label} is left as it is: ${hazard}` })
      return
    }
    const slots = new Slots(locateIn(site.node))
    const detached = !canEnterContext(site)
    const spec = this.#spec(kindOf(site.node), siteName(site), site.node.start, rules, slots, site)
    const point = this.#add(detached ? { ...spec, detached } : spec, rules)
    this.#sayMissing(slots, rules, label)
    const entersContext =
      !detached && rules.some(({ actions }) => actions.some(({ do: kind }) => kind === 'span' || kind === 'extract'))
    instrumentFunction({ site, point, slots: slots.codes, entersContext }, edits, names)
  }

  #call(site: CallSite, rules: readonly Rule[]): void {
    const { parsed, edits, names } = this.#input
    if (site.inside !== undefined && this.#isSkipped(site.inside)) return
    const text = parsed.source.slice(site.base.start, site.node.end)
    const name = [site.baseName ?? '…', ...site.members].join('.') || text
    // What the runtime hands over: what the function is called on, and the arguments.
    const codes = ['this', 'args']
    const locate: Locate = (value) => {
      if (value.root === 'this') return { code: 'this', path: value.path }
      if (value.root === 'args') return { code: 'args', path: value.path }
      return value.root === 'arg' ? { code: 'args', path: [value.index, ...value.path] } : undefined
    }
    const slots = new Slots(locate)
    slots.codes.push(...codes)
    const kind = site.isAwaited ? 'awaited-call' : 'call'
    const spec = this.#spec(kind, site.isNew ? `new ${name}` : name, site.node.start, rules, slots, site.inside)
    const point = this.#add({ ...spec, callPath: site.members }, rules)
    instrumentCall(site, point, edits, names)
  }

  #line(rule: Rule, line: number): void {
    const { sites, positions, edits, names } = this.#input
    const files = rule.where.file ?? []
    const site = statementAt(line, sites.statements, positions, (file) => matchesPath(file, files))
    if (site === undefined || (site.inside !== undefined && this.#isSkipped(site.inside))) return
    const slots = new Slots((value) => {
      if (value.root === 'this') return { code: 'this', path: value.path }
      return value.root === 'var' ? { code: value.name, path: value.path } : undefined
    })
    const name = site.inside === undefined ? '(module)' : siteName(site.inside)
    const point = this.#add(this.#spec('line', name, site.node.start, [rule], slots, site.inside), [rule])
    instrumentLine(site, point, slots.codes, edits, names)
  }

  #spec(
    kind: PointKind,
    name: string,
    offset: number,
    rules: readonly Rule[],
    slots: Slots,
    site: FunctionSite | undefined,
  ): PointSpec {
    const place = this.#input.positions.original(offset) ?? this.#input.positions.own(offset)
    const redact = this.#redactionsAt(site)
    return {
      kind,
      name,
      file: place.file,
      line: place.line,
      rules: rules.map((rule) => ({
        rule: rule.name,
        enabled: rule.enabled,
        actions: rule.actions
          .map((action) => slots.bind(action, (path) => this.#hookKey(path)))
          .filter((action): action is ActionSpec => action !== undefined),
      })),
      ...(redact.length === 0 ? {} : { redact }),
    }
  }

  #add(spec: PointSpec, rules: readonly Rule[]): string {
    for (const { name } of rules) this.matched.set(name, (this.matched.get(name) ?? 0) + 1)
    return this.#input.names.point(this.points.push(spec) - 1)
  }

  #hookKey(path: string): string {
    if (!this.hooks.includes(path)) this.hooks.push(path)
    return path
  }

  #redactionsAt(site: FunctionSite | undefined): RedactSpec[] {
    const found: RedactSpec[] = []
    for (const rule of this.#redactions) {
      const everywhere = !selectsFunctions(rule)
      if (!everywhere && (site === undefined || !this.#selects(rule, site))) continue
      this.matched.set(rule.name, (this.matched.get(rule.name) ?? 0) + 1)
      for (const action of rule.actions)
        if (action.do === 'redact') found.push({ keys: action.keys, replacement: action.replacement })
    }
    return found
  }

  #isSkipped(site: FunctionSite): boolean {
    let skipped = false
    for (const rule of this.#skips) {
      if (selectsFunctions(rule) ? !this.#selects(rule, site) : !this.#isInFile(rule, site.node.start)) continue
      this.matched.set(rule.name, (this.matched.get(rule.name) ?? 0) + 1)
      skipped = true
    }
    return skipped
  }

  #selects(rule: Rule, site: FunctionSite): boolean {
    const { func, decorator, directive } = rule.where
    if (rule.where.class !== undefined && (site.owner === undefined || !matchesName(site.owner, rule.where.class)))
      return false
    if (func !== undefined && !site.names.some((name) => matchesName(name, func))) return false
    if (decorator !== undefined && !site.decorators.includes(decorator)) return false
    if (directive !== undefined && !site.directives.some((text) => startsWithWords(text, directive))) return false
    return this.#isInFile(rule, site.node.start)
  }

  #selectsCall(rule: Rule, site: CallSite): boolean {
    if (rule.where.call === undefined || !isCall(site, rule.where.call)) return false
    if (!selectsFunctions(rule)) return this.#isInFile(rule, site.node.start)
    return site.inside !== undefined && this.#selects(rule, site.inside)
  }

  #isInFile({ where: { file } }: Rule, offset: number): boolean {
    if (file === undefined) return true
    const { positions } = this.#input
    if (matchesPath(positions.own(offset).file, file)) return true
    const original = positions.original(offset)
    return original !== undefined && matchesPath(original.file, file)
  }

  #sayMissing({ missing }: Slots, rules: readonly Rule[], label: string): void {
    for (const value of new Set(missing)) {
      const text = `${value} cannot be read in ${label}: an arrow function hands over only what it names; name the parameter, or use $vars`
      for (const { name } of rules) this.notes.push({ rule: name, text })
    }
  }

  #at(offset: number): string {
    const { file, line } = this.#input.positions.original(offset) ?? this.#input.positions.own(offset)
    return `${file}:${line}`
  }
}

function selectsFunctions({ where }: Rule): boolean {
  return [where.class, where.func, where.decorator, where.directive].some((part) => part !== undefined)
}

function startsWithWords(text: string, words: string): boolean {
  return text.startsWith(words) && !/^[\w-]/.test(text.slice(words.length))
}
