import type { PointSpec } from './point-spec.ts'

/** What can be switched: every point looks at its own flag only, which follows the states of its rules. */
export interface Switchable {
  on: boolean
  readonly spec: PointSpec
}

/** One rule in this process. */
export interface RuleState {
  readonly name: string
  on: boolean
  /** Places in the code, as far as they have been loaded. */
  points: number
  /** Calls, hits and activations since the start. */
  hits: number
  /** Times something went wrong inside, and what it was the last time. */
  failures: number
  lastFailure: string | undefined
}

const states = new Map<string, RuleState>()
const pointsOf = new Map<string, Switchable[]>()

/** What the agent wants to hear about. */
export interface Listener {
  /** The first failure of each rule. */
  onFailure: ((rule: string, text: string) => void) | undefined
  /** A place that a rule found and that was left alone. */
  onNote: ((rule: string, text: string) => void) | undefined
  /** A module of hooks is needed, by its absolute path. */
  onHooks: ((path: string) => void) | undefined
}

/** The one of this process. */
export const listener: Listener = { onFailure: undefined, onNote: undefined, onHooks: undefined }

/** The state of a rule, made with this switch position when it is seen for the first time. */
export function ruleState(name: string, on: boolean): RuleState {
  let state = states.get(name)
  if (state === undefined) {
    state = { name, on, points: 0, hits: 0, failures: 0, lastFailure: undefined }
    states.set(name, state)
  }
  return state
}

/** Every rule known. */
export function allRuleStates(): readonly RuleState[] {
  return [...states.values()]
}

/** Lets a point follow the switches of its rules. */
export function follow(point: Switchable): void {
  for (const { rule, enabled } of point.spec.rules) {
    ruleState(rule, enabled).points++
    const points = pointsOf.get(rule)
    if (points === undefined) pointsOf.set(rule, [point])
    else points.push(point)
  }
  update(point)
}

/** Switches a rule in every place it is in; false when there is no rule of that name. */
export function setRule(name: string, on: boolean): boolean {
  const state = states.get(name)
  if (state === undefined) return false
  state.on = on
  for (const point of pointsOf.get(name) ?? []) update(point)
  return true
}

function update(point: Switchable): void {
  point.on = point.spec.rules.some(({ rule }) => states.get(rule)?.on === true)
}

/** Counts what went wrong; the program must never see it. */
export function failed(rule: string, error: unknown): void {
  try {
    const state = ruleState(rule, true)
    state.lastFailure = String(error).slice(0, 300)
    if (state.failures++ === 0) listener.onFailure?.(rule, state.lastFailure)
  } catch {
    // Not even an error that cannot be printed.
  }
}
