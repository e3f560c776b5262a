/** Life of a component, after the Collector's component status. */
export const COMPONENT_STATUSES = [
  'starting',
  'ok',
  'recoverable-error',
  'permanent-error',
  'fatal-error',
  'stopping',
  'stopped',
] as const
export type ComponentStatus = (typeof COMPONENT_STATUSES)[number]

export interface StatusState {
  readonly status: ComponentStatus
  /** What is wrong; empty when nothing is. */
  readonly message: string
  readonly sinceNanos: bigint
  /** The last error this component reported, kept after it recovered. */
  readonly lastError: string | undefined
}

const NEXT: Readonly<Record<ComponentStatus, readonly ComponentStatus[]>> = {
  starting: ['ok', 'recoverable-error', 'permanent-error', 'fatal-error', 'stopping'],
  ok: ['recoverable-error', 'permanent-error', 'fatal-error', 'stopping'],
  'recoverable-error': ['ok', 'permanent-error', 'fatal-error', 'stopping'],
  'permanent-error': ['stopping'],
  'fatal-error': ['stopping', 'stopped'],
  stopping: ['stopped', 'recoverable-error', 'permanent-error', 'fatal-error'],
  stopped: [],
}

/** Keeps the status of one component; steps that the life cycle does not know are ignored. */
export class StatusMachine {
  #state: StatusState
  readonly #now: () => bigint
  readonly #onChange: (state: StatusState) => void

  constructor(now: () => bigint, onChange: (state: StatusState) => void = () => undefined) {
    this.#now = now
    this.#onChange = onChange
    this.#state = { status: 'starting', message: '', sinceNanos: now(), lastError: undefined }
  }

  get state(): StatusState {
    return this.#state
  }

  /** Moves to `status`; a repeated error only renews its message. */
  report(status: ComponentStatus, message = ''): void {
    const { status: current, message: old, sinceNanos, lastError } = this.#state
    const error = message === '' ? lastError : message
    if (status === current) {
      if (message !== old && message !== '') this.#state = { status, message, sinceNanos, lastError: error }
      return
    }
    if (!NEXT[current].includes(status)) return
    this.#state = { status, message, sinceNanos: this.#now(), lastError: error }
    this.#onChange(this.#state)
  }
}
