import { didYouMean } from '@clew/base/did-you-mean'
import type { z } from 'zod'
import { ConfigError } from './config-error.ts'
import { keysAt } from './schema-keys.ts'
import { positionAt, toPlain, treeAt, type Tree } from './tree.ts'

export interface Checked<T> {
  readonly value: T | undefined
  readonly errors: readonly ConfigError[]
}

/** Each round repairs at least one place, and there are not more places than this worth repairing. */
const MAX_ROUNDS = 200

/**
 * Checks the part of a configuration at `tree` against its schema. Two things that a plain check would refuse are
 * right here: an expanded value is used as text where a string is wanted, and a null stands for the defaults.
 */
export function checkSchema<T>(schema: z.ZodType<T>, tree: Tree, path: readonly (string | number)[]): Checked<T> {
  const input: { root: unknown } = { root: toPlain(tree) }
  if (input.root === null) input.root = {}
  const repaired = new Set<string>()
  for (let round = 0; ; round++) {
    const result = schema.safeParse(input.root)
    if (result.success) return { value: result.data, errors: [] }
    const issues = result.error.issues.flatMap(flatten)
    const repairs = round < MAX_ROUNDS ? issues.filter((issue) => repair(issue, tree, input, repaired)) : []
    if (repairs.length === 0) {
      return { value: undefined, errors: issues.flatMap((issue) => toErrors(issue, schema, tree, path, input.root)) }
    }
  }
}

type Issue = z.core.$ZodIssue

/** A union fails with the issues of each member: the member that got farthest is the one that was meant. */
function flatten(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const deepest = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0]
  if (deepest === undefined || deepest.length === 0) return [issue]
  return deepest.flatMap((inner) => flatten({ ...inner, path: [...issue.path, ...inner.path] }))
}

function depth(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length))
}

function repair(issue: Issue, tree: Tree, input: { root: unknown }, repaired: Set<string>): boolean {
  const key = issue.path.join('\u0000')
  const value = valueAt(input.root, issue.path)
  const original = treeAt(tree, issue.path)?.original
  const expected = issue.code === 'invalid_type' ? issue.expected : undefined
  if (expected === 'string' && original !== undefined && value !== original) {
    return setAt(input, issue.path, original, repaired, `s${key}`)
  }
  if (value !== null) return false
  if (expected === 'object' || expected === 'record') return setAt(input, issue.path, {}, repaired, `o${key}`)
  return setAt(input, issue.path, undefined, repaired, `u${key}`)
}

function setAt(
  input: { root: unknown },
  path: readonly PropertyKey[],
  value: unknown,
  repaired: Set<string>,
  key: string,
): boolean {
  if (repaired.has(key)) return false
  repaired.add(key)
  const last = path.at(-1)
  const parent = last === undefined ? undefined : valueAt(input.root, path.slice(0, -1))
  if (last === undefined) input.root = value
  else if (Array.isArray(parent)) parent[Number(last)] = value
  else if (typeof parent === 'object' && parent !== null) {
    if (value === undefined) Reflect.deleteProperty(parent, last)
    else (parent as Record<PropertyKey, unknown>)[last] = value
  } else return false
  return true
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let at = root
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<PropertyKey, unknown>)[key]
  }
  return at
}

function toErrors(
  issue: Issue,
  schema: z.ZodType,
  tree: Tree,
  path: readonly (string | number)[],
  input: unknown,
): ConfigError[] {
  const here = issue.path.filter((key) => typeof key !== 'symbol')
  const full = [...path, ...here]
  const position = positionAt(tree, here)
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, here)
    return issue.keys.map((key) => {
      const meant = didYouMean(key, known)
      const list = known.length > 0 ? `valid keys: ${known.join(', ')}` : undefined
      return new ConfigError({
        code: 'CONFIG_UNKNOWN_KEY',
        path: full,
        position: positionAt(tree, [...here, key]),
        problem: `'${lastName(full)}' has invalid keys: ${key}`,
        fix: meant === undefined ? list : `did you mean "${meant}"?`,
      })
    })
  }
  const problem = describe(issue, lastName(full), valueAt(input, here))
  return [new ConfigError({ code: 'CONFIG_VALUE', path: full, position, problem, fix: fixOf(issue) })]
}

function lastName(path: readonly (string | number)[]): string {
  return String(path.findLast((part) => typeof part === 'string') ?? '')
}

function describe(issue: Issue, name: string, value: unknown): string {
  if (issue.code !== 'invalid_type') return issue.message
  if (value === undefined) return `'${name}' is required`
  const type = Array.isArray(value)
    ? 'list'
    : value === null
      ? 'null'
      : typeof value === 'object'
        ? 'map'
        : typeof value
  const expected =
    { object: 'map', record: 'map', array: 'list', int: 'int' }[issue.expected as string] ?? issue.expected
  const shown = typeof value === 'object' ? '' : `, value: '${String(value as unknown)}'`
  return `'${name}' expected type '${expected}', got unconvertible type '${type}'${shown}`
}

function fixOf(issue: Issue): string | undefined {
  if (issue.code === 'invalid_value') return `use one of: ${issue.values.map(String).join(', ')}`
  const params = issue.code === 'custom' ? (issue.params as { fix?: string } | undefined) : undefined
  return params?.fix
}
