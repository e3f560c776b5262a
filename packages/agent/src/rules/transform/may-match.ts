import type { RawSourceMap } from '../../rewrite/source-map.ts'
import { matchesPath } from '../match-file.ts'
import type { Rule } from '../rule.ts'

/**
 * A quick look before anything is parsed: whether the path and the words a rule needs are there. Never says no to what would
 * match.
 */
export function mayMatch(
  { where }: Rule,
  source: string,
  pathInPackage: string,
  inputMap: RawSourceMap | undefined,
): boolean {
  const { file, call, decorator, directive } = where
  // With a map, the paths of the rule may be those of the sources; which one a place comes from is looked up later.
  if (file !== undefined && inputMap === undefined && !matchesPath(pathInPackage, file)) return false
  if (directive !== undefined && !source.includes(directive)) return false
  if (decorator !== undefined && !source.includes(decorator.split('.').at(-1) ?? '')) return false
  if (call !== undefined && !source.includes(call.path.at(-1) ?? '')) return false
  return mentions(source, where.class) && (mentions(source, where.func) || where.func?.includes('default') === true)
}

function mentions(source: string, names: readonly string[] | undefined): boolean {
  // The longest stretch without a wildcard has to be in the text; `get total` is written with any space between.
  return (
    names === undefined ||
    names.some((name) => name.split(/[*?\s]/).every((part) => source.includes(part.replace(/^#/, ''))))
  )
}
