import { useMemo } from 'react'
import { criticalPath, type CriticalPath } from '../../model/critical-path.ts'
import { selfTimes } from '../../model/self-time.ts'
import { errorRows, errorsBelow, servicesOf, type ServiceFact } from '../../model/trace-facts.ts'
import type { TraceModel } from '../../model/trace-model.ts'
import { visibleRows } from '../../model/visible-rows.ts'
import { serviceColorIndex } from '../../shell/service-name.tsx'
import { useTraceView } from './trace-view.ts'

/** Everything derived from a trace that its views draw from. */
export interface TraceScene {
  readonly model: TraceModel
  readonly visible: Int32Array
  readonly selfTimes: Float64Array
  readonly errorRows: readonly number[]
  readonly errorsBelow: Uint32Array
  readonly services: readonly ServiceFact[]
  /** Colour index of each service of the model. */
  readonly hues: readonly number[]
  /** Known only when the trace is whole. */
  readonly criticalPath: CriticalPath | undefined
}

export function useTraceScene(model: TraceModel, complete: boolean): TraceScene {
  const collapsed = useTraceView((state) => state.collapsed)
  const facts = useMemo(
    () => ({
      selfTimes: selfTimes(model),
      errorRows: errorRows(model),
      errorsBelow: errorsBelow(model),
      services: servicesOf(model),
      hues: model.services.map(serviceColorIndex),
    }),
    [model],
  )
  const path = useMemo(() => (complete ? criticalPath(model) : undefined), [model, complete])
  const visible = useMemo(() => visibleRows(model, collapsed), [model, collapsed])
  return useMemo(() => ({ model, visible, ...facts, criticalPath: path }), [model, visible, facts, path])
}
