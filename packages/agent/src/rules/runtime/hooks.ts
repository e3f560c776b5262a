import { SPAN_KEY, type OtelSpan } from './otel-globals.ts'
import type { ActionSpec } from './point-spec.ts'
import type { Recording } from './signals.ts'

type Hooks = Record<string, ((about: object) => unknown) | undefined>
type HookAction = Extract<ActionSpec, { do: 'hooks' }>

/** Modules of `inject_hooks`, by the path the rule gives. */
export const hookModules: Map<string, Hooks> = new Map()

/** What hooks get: the same object before and after. */
export interface HookContext {
  readonly rule: string
  readonly name: string
  readonly this: unknown
  readonly args: readonly unknown[]
  /** For the hooks themselves. */
  readonly state: Record<string, unknown>
  readonly span: OtelSpan | undefined
  result?: unknown
  error?: unknown
}

/** Calls the hook of the entry; what it gets is kept for the one at the end. */
export function callBefore({ path, before, self, args }: HookAction, rule: string, call: Recording): HookContext {
  const { slots } = call.source
  const list = args === undefined ? [] : slots[args]
  const about: HookContext = {
    rule,
    name: call.spec.name,
    this: self === undefined ? undefined : slots[self],
    args: Array.isArray(list) ? list : [],
    state: {},
    span: call.context?.getValue(SPAN_KEY) as OtelSpan | undefined,
  }
  if (before !== undefined) hookModules.get(path)?.[before]?.(about)
  return about
}

/** Calls the hook of the end, with the result or the error. */
export function callAfter(
  { path, after }: HookAction,
  about: HookContext | undefined,
  { source }: Recording,
  threw: boolean,
): void {
  if (after === undefined || about === undefined) return
  if (threw) about.error = source.error
  else about.result = source.result
  hookModules.get(path)?.[after]?.(about)
}
