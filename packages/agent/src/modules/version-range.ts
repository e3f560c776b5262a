/** A version as numbers; what comes after a hyphen or plus sign is not compared. */
type Numbers = readonly [major: number, minor: number, patch: number]

interface Comparator {
  readonly operator: string
  readonly version: Numbers
}

const PARTIAL = /^[v=]*(\d+|x|X|\*)(?:\.(\d+|x|X|\*))?(?:\.(\d+|x|X|\*))?(?:[-+].*)?$/

/**
 * Whether a version is in a range as package.json writes them: comparators (`>=1.2 <2`), `^1.2`, `~1.2.3`, `1.x`, `*`,
 * alternatives with `||`. Prereleases count as the version they lead to. False for what is neither.
 */
export function inRange(version: string, range: string): boolean {
  const numbers = parsed(version)
  if (numbers === undefined) return false
  return range.split('||').some((part) => {
    const comparators = comparatorsOf(part.trim())
    return comparators !== undefined && comparators.every((comparator) => holds(numbers, comparator))
  })
}

function parsed(text: string): Numbers | undefined {
  const match = /^[v=]*(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?$/.exec(text.trim())
  return match === null ? undefined : [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)]
}

/** The comparators that must all hold; undefined for what is no range. */
function comparatorsOf(text: string): Comparator[] | undefined {
  const comparators: Comparator[] = []
  // An operator may stand apart from its version.
  for (const word of text.replaceAll(/([<>=~^]+)\s+/g, '$1').split(/\s+/)) {
    const [, operator = '', rest = ''] = /^([<>=~^]*)(.*)$/.exec(word) ?? []
    if (rest === '' && operator === '') continue
    const match = PARTIAL.exec(rest)
    if (match === null) return undefined
    const given = match.slice(1, 4).filter((part) => part !== undefined && /^\d+$/.test(part))
    const [major = 0, minor = 0, patch = 0] = given.map(Number)
    const low: Numbers = [major, minor, patch]
    if (operator === '^' || operator === '~' || operator === '' || operator === '=') {
      if (given.length === 0) continue
      comparators.push({ operator: '>=', version: low }, { operator: '<', version: end(operator, low, given.length) })
    } else if (given.length < 3 && (operator === '>' || operator === '<=')) {
      // `>1.2` begins after all of 1.2, `<=1.2` has all of it.
      comparators.push({ operator: operator === '>' ? '>=' : '<', version: end('', low, given.length) })
    } else comparators.push({ operator, version: low })
  }
  return comparators
}

/** The first version that is no longer in it, where `given` numbers were written. */
function end(operator: string, [major, minor, patch]: Numbers, given: number): Numbers {
  if (operator === '^') {
    if (major > 0 || given === 1) return [major + 1, 0, 0]
    return minor > 0 || given === 2 ? [0, minor + 1, 0] : [0, 0, patch + 1]
  }
  if (given === 1) return [major + 1, 0, 0]
  return given === 2 || operator === '~' ? [major, minor + 1, 0] : [major, minor, patch + 1]
}

function holds(version: Numbers, { operator, version: bound }: Comparator): boolean {
  const order = version[0] - bound[0] || version[1] - bound[1] || version[2] - bound[2]
  if (operator === '>') return order > 0
  if (operator === '>=') return order >= 0
  if (operator === '<') return order < 0
  return operator === '<=' ? order <= 0 : false
}
