/** What other parts of the agent offer to be switched while the program runs. A part that is not there offers nothing. */
export interface ControlPoints {
  /** Switches an instrumentation rule; false when there is none of that name. */
  setRuleEnabled?: (name: string, on: boolean) => boolean
  /** Starts or stops profiles; gives what is in the way, or nothing. */
  setProfiling?: (on: boolean) => string | undefined
  /** What is not well in the agent, and why. */
  findings?: () => readonly { readonly component: string; readonly message: string }[]
}

const points: ControlPoints = {}

/** Offers something to be switched; what is offered later takes the place of what was. */
export function offerControl(offered: ControlPoints): void {
  Object.assign(points, offered)
}

/** Everything that is offered in this thread. */
export function controlPoints(): Readonly<ControlPoints> {
  return points
}
