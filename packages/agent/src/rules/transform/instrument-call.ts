import type { RuleWhere } from '../rule.ts'
import type { Edits } from './edits.ts'
import type { CallSite } from './function-site.ts'
import type { Names } from './names.ts'

/** Whether a call is written as a rule says. */
export function isCall({ isNew, baseName, members }: CallSite, wanted: NonNullable<RuleWhere['call']>): boolean {
  if (isNew !== wanted.isNew) return false
  const [first, ...others] = wanted.path
  if (first !== '**') {
    if (baseName === undefined || members.length !== others.length) return false
    return [baseName, ...members].every((name, index) => matches(name, wanted.path[index]))
  }
  const names = baseName === undefined ? members : [baseName, ...members]
  if (names.length < others.length || members.length === 0) return false
  return others.every((name, index) => matches(names[names.length - others.length + index] ?? '', name))
}

function matches(name: string, pattern: string | undefined): boolean {
  return pattern === '*' || pattern === name
}

/**
 * Lets the first object of a call go through the point. The rest of the call stays as it is written, so that everything is
 * read once, in the same order, with `?.` where it was.
 */
export function instrumentCall({ base, order, isNew }: CallSite, point: string, edits: Edits, { call }: Names): void {
  // `new f(x)(y)` would construct f.
  edits.open(base.start, isNew ? `(${call}(${point},` : `${call}(${point},`, order)
  edits.close(base.end, isNew ? '))' : ')', order)
}
