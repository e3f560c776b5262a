import { TRACE_SORTS } from '@clew/contract/traces'
import type { Command } from '../../shell/commands.ts'
import type { TracesUrl } from './url.ts'

/** What can be done on the traces page besides the list cursor and the search. */
export function tracesCommands(state: TracesUrl, setState: (patch: Partial<TracesUrl>) => void): Command[] {
  return [
    {
      id: 'traces.view',
      title: state.view === 'heatmap' ? 'Show traces as points' : 'Show spans as a heatmap',
      section: 'Traces',
      hotkey: 'v',
      run: () => setState({ view: state.view === 'heatmap' ? 'scatter' : 'heatmap' }),
    },
    ...TRACE_SORTS.map((sort) => ({
      id: `traces.sort.${sort}`,
      title: `Sort traces: ${sort} first`,
      section: 'Traces',
      run: () => setState({ sort }),
    })),
    {
      id: 'traces.errors',
      title: 'Show only traces with errors',
      section: 'Traces',
      hotkey: 'e',
      run: () => setState({ q: state.q.includes('status=error') ? state.q : `${state.q} status=error`.trim() }),
    },
  ]
}
