import type { Edits } from './edits.ts'
import type { StatementSite } from './function-site.ts'
import type { Names } from './names.ts'
import type { Positions } from './positions.ts'

/**
 * The statement a line stands for: the first that begins on it, else the innermost that it is a part of, else the next one.
 * Undefined when the text has none from there on. `isWanted` says whether a path is that of the rule.
 */
export function statementAt(
  line: number,
  statements: readonly StatementSite[],
  positions: Positions,
  isWanted: (file: string) => boolean,
): StatementSite | undefined {
  let around: StatementSite | undefined
  let next: { readonly site: StatementSite; readonly line: number } | undefined
  for (const site of statements) {
    const start = place(site.node.start)
    if (start === undefined) continue
    if (start === line) return site
    const end = place(Math.max(site.node.start, site.node.end - 1)) ?? start
    if (start < line && end >= line) around = site
    else if (start > line && (next === undefined || start < next.line)) next = { site, line: start }
  }
  // A statement with a block around the line: what follows within it is nearer than its beginning.
  if (around !== undefined && next !== undefined && next.site.node.end <= around.node.end) return next.site
  return around ?? next?.site

  function place(offset: number): number | undefined {
    const own = positions.own(offset)
    if (isWanted(own.file)) return own.line
    const original = positions.original(offset)
    return original !== undefined && isWanted(original.file) ? original.line : undefined
  }
}

/** Puts a look at the point's flag before a statement. */
export function instrumentLine(
  { node, isAlone, order }: StatementSite,
  point: string,
  slots: readonly string[],
  edits: Edits,
  { e, any }: Names,
): void {
  const probe = `if(${point}?.on)try{${point}.h([${slots.join(',')}])}catch(${e}${any}){${point}.b(${e})};`
  edits.open(node.start, isAlone ? `{${probe}` : probe, order)
  if (isAlone) edits.close(node.end, '}', order)
}
