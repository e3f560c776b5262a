import { IconButton } from '../../ui/button.tsx'
import type { TraceActions } from './trace-actions.ts'
import { useTraceView } from './trace-view.ts'

/** Buttons for what is done most; everything else has a key and a place in the palette. */
export function TraceTools({ actions, errors }: { actions: TraceActions; errors: number }) {
  const showPath = useTraceView((state) => state.showCriticalPath)
  return (
    <>
      <IconButton
        icon="error"
        label="Next error"
        keys="."
        disabled={errors === 0}
        onClick={() => actions.nextError(1)}
      />
      <IconButton
        icon="path"
        label="Critical path"
        keys="C"
        pressed={showPath}
        onClick={() => useTraceView.setState({ showCriticalPath: !showPath })}
      />
      <IconButton icon="collapse" label="Show one level less" keys="[" onClick={() => actions.foldLevel(-1)} />
      <IconButton icon="expand" label="Unfold everything" keys="Shift →" onClick={actions.unfoldAll} />
      <IconButton icon="fit" label="Show the whole trace" keys="0" onClick={actions.showAll} />
    </>
  )
}
