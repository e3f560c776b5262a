import type { ReactNode } from 'react'
import type { ChartSeries } from './chart-series.ts'
import styles from './chart-legend.module.css'

interface ChartLegendProps {
  readonly series: readonly ChartSeries[]
  readonly hidden: ReadonlySet<string>
  readonly onHidden: (hidden: ReadonlySet<string>) => void
}

/** What the colours mean. A click shows one line alone, or all again; with Ctrl, Cmd or Shift it hides or shows one. */
export function ChartLegend({ series, hidden, onHidden }: ChartLegendProps): ReactNode {
  const click = (key: string, one: boolean): void => {
    if (one) {
      const next = new Set(hidden)
      if (!next.delete(key)) next.add(key)
      onHidden(next.size === series.length ? new Set() : next)
      return
    }
    const alone = !hidden.has(key) && hidden.size === series.length - 1
    onHidden(alone ? new Set() : new Set(series.map((each) => each.key).filter((each) => each !== key)))
  }
  return (
    <ul className={styles.legend}>
      {series.map((one) => (
        <li key={one.key}>
          <button
            type="button"
            className={styles.entry}
            aria-pressed={!hidden.has(one.key)}
            title={`${one.label}\nClick: only this. Ctrl or Shift: hide or show`}
            onClick={(event) => click(one.key, event.ctrlKey || event.metaKey || event.shiftKey)}
          >
            <svg width="14" height="8" aria-hidden="true">
              <line
                x1="0"
                y1="4"
                x2="14"
                y2="4"
                strokeWidth="2.5"
                strokeDasharray={one.dash?.join(' ')}
                style={{ stroke: `var(${one.colorToken})` }}
              />
            </svg>
            <span>{one.label}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
