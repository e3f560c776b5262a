import type { Command } from '../../shell/commands.ts'
import { useTraceView } from './trace-view.ts'
import type { TraceActions } from './trace-actions.ts'

const PAN = 0.12
const ZOOM = 0.75

/** The keys of the trace page. `page` is what the address bar holds. */
export function traceCommands(
  actions: TraceActions,
  page: { toggleView: () => void; openCursor: () => void; close: () => void },
): Command[] {
  const section = 'Trace'
  const move = 'Move in the trace'
  const time = 'Zoom in the trace'
  return [
    { id: 'trace.table', title: 'Switch between timeline and table', section, hotkey: 't', run: page.toggleView },
    { id: 'trace.open', title: 'Open the span under the cursor', section, hotkey: 'enter', run: page.openCursor },
    { id: 'trace.close', title: 'Close the span', section, hotkey: 'escape', run: page.close },
    {
      id: 'trace.path',
      title: 'Show or hide the critical path',
      section,
      hotkey: 'c',
      run: () => useTraceView.setState((state) => ({ showCriticalPath: !state.showCriticalPath })),
    },
    { id: 'trace.down', title: 'Next span', section: move, hotkey: 'j', run: () => actions.step(1) },
    { id: 'trace.up', title: 'Previous span', section: move, hotkey: 'k', run: () => actions.step(-1) },
    { id: 'trace.down2', title: 'Next span (arrow)', section: move, hotkey: 'arrowdown', run: () => actions.step(1) },
    { id: 'trace.up2', title: 'Previous span (arrow)', section: move, hotkey: 'arrowup', run: () => actions.step(-1) },
    {
      id: 'trace.fold',
      title: 'Fold, or go to the parent',
      section: move,
      hotkey: 'arrowleft',
      run: () => actions.fold(true),
    },
    {
      id: 'trace.unfold',
      title: 'Unfold, or go to the first child',
      section: move,
      hotkey: 'arrowright',
      run: () => actions.fold(false),
    },
    { id: 'trace.nextError', title: 'Next error', section: move, hotkey: '.', run: () => actions.nextError(1) },
    {
      id: 'trace.previousError',
      title: 'Previous error',
      section: move,
      hotkey: ',',
      run: () => actions.nextError(-1),
    },
    { id: 'trace.nextMatch', title: 'Next search hit', section: move, hotkey: 'n', run: () => actions.nextMatch(1) },
    {
      id: 'trace.previousMatch',
      title: 'Previous search hit',
      section: move,
      hotkey: 'shift+n',
      run: () => actions.nextMatch(-1),
    },
    {
      id: 'trace.foldLevel',
      title: 'Show one level less',
      section: move,
      hotkey: '[',
      run: () => actions.foldLevel(-1),
    },
    {
      id: 'trace.unfoldLevel',
      title: 'Show one level more',
      section: move,
      hotkey: ']',
      run: () => actions.foldLevel(1),
    },
    { id: 'trace.foldAll', title: 'Fold everything', section: move, hotkey: 'shift+arrowleft', run: actions.foldAll },
    {
      id: 'trace.unfoldAll',
      title: 'Unfold everything',
      section: move,
      hotkey: 'shift+arrowright',
      run: actions.unfoldAll,
    },
    { id: 'trace.zoomIn', title: 'Zoom in', section: time, hotkey: 'w', run: () => actions.zoom(ZOOM) },
    { id: 'trace.zoomOut', title: 'Zoom out', section: time, hotkey: 's', run: () => actions.zoom(1 / ZOOM) },
    { id: 'trace.left', title: 'Pan left', section: time, hotkey: 'a', run: () => actions.pan(-PAN) },
    { id: 'trace.right', title: 'Pan right', section: time, hotkey: 'd', run: () => actions.pan(PAN) },
    { id: 'trace.fit', title: 'Fit the span', section: time, hotkey: 'f', run: actions.fit },
    { id: 'trace.all', title: 'Show the whole trace', section: time, hotkey: '0', run: actions.showAll },
  ]
}
