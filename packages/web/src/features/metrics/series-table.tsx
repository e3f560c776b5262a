import { type ReactNode, useMemo, useState } from 'react'
import type { ChartSeries } from '../../charts/chart-series.ts'
import { exactValue, formatValue } from '../../charts/format-value.ts'
import { Sparkline } from '../../charts/sparkline.tsx'
import { Panel } from '../../ui/panel.tsx'
import { type Column, type Sort, Table } from '../../ui/table.tsx'
import { type SeriesFigures, seriesFigures } from './series-lines.ts'
import styles from './metrics.module.css'

interface SeriesTableProps {
  readonly lines: readonly ChartSeries[]
  readonly unit: string
  readonly busy: boolean
}

interface Row {
  readonly line: ChartSeries
  readonly figures: SeriesFigures
}

/** The lines of the chart in numbers. */
export function SeriesTable({ lines, unit, busy }: SeriesTableProps): ReactNode {
  const [sort, setSort] = useState<Sort>({ column: 'max', descending: true })
  const columns = useMemo(() => seriesColumns(unit), [unit])
  const rows = useMemo(() => {
    const all = lines.map((line) => ({ line, figures: seriesFigures(line.values) }))
    const direction = sort.descending ? -1 : 1
    return all.sort((a, b) =>
      sort.column === 'name'
        ? a.line.label.localeCompare(b.line.label) * direction
        : (figureOf(a, sort.column) - figureOf(b, sort.column)) * direction,
    )
  }, [lines, sort])
  return (
    <Panel busy={busy} className={styles.series}>
      <Table
        label="Series"
        columns={columns}
        rows={rows}
        rowKey={({ line }) => line.key}
        sort={sort}
        onSort={setSort}
      />
    </Panel>
  )
}

function figureOf({ figures }: Row, column: string): number {
  return figures[column as keyof SeriesFigures] ?? Number.NEGATIVE_INFINITY
}

function seriesColumns(unit: string): Column<Row>[] {
  const figure = (id: keyof SeriesFigures, title: string): Column<Row> => ({
    id,
    title,
    numeric: true,
    sortable: true,
    cell: ({ figures }) => <span title={exactValue(figures[id], unit)}>{formatValue(figures[id], unit)}</span>,
  })
  return [
    {
      id: 'name',
      title: 'Series',
      sortable: true,
      width: '40%',
      cell: ({ line }) => (
        <span className={styles.seriesName} title={line.label}>
          <i style={{ background: `var(${line.colorToken})` }} />
          <span>{line.label}</span>
        </span>
      ),
    },
    {
      id: 'trend',
      title: 'Trend',
      cell: ({ line, figures }) => (
        <Sparkline
          label={`${line.label}: latest ${formatValue(figures.last, unit)}`}
          values={line.values}
          colorToken={line.colorToken}
        />
      ),
    },
    figure('last', 'Latest'),
    figure('average', 'Average'),
    figure('min', 'Lowest'),
    figure('max', 'Highest'),
  ]
}
