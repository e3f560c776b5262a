import type { ReactNode } from 'react'
import { exactValue, formatValue } from '../../charts/format-value.ts'
import { Sparkline } from '../../charts/sparkline.tsx'
import { formatCount } from '../../model/format-count.ts'
import { classNames } from '../../ui/class-names.ts'
import { Panel } from '../../ui/panel.tsx'
import { type Balance, SIGNALS, type Signal, type Term, type Totals, balanceOf, termLabel } from './balance.ts'
import { type PipelineHistory, HISTORY_SNAPSHOTS, ratesOverTime, recentRate, termCount } from './history.ts'
import styles from './pipeline.module.css'

interface EquationProps {
  readonly totals: Totals
  readonly history: PipelineHistory
}

const UNITS: Record<Signal, string> = { traces: 'spans', logs: 'log records', metrics: 'data points' }

/** Since the start: what came in equals what became of it. One line a signal, each with its throughput. */
export function Equation({ totals, history }: EquationProps): ReactNode {
  return (
    <Panel title="What came in, and what became of it">
      <div className={styles.equations}>
        {SIGNALS.map((signal) => {
          const received = termCount('received', signal)
          const rate = recentRate(history, received)
          const rates = ratesOverTime(history, received)
          const padding = Array.from({ length: HISTORY_SNAPSHOTS - 1 - rates.length }, () => null)
          return (
            <div key={signal} className={styles.equation}>
              <h3 className={styles.signal}>{UNITS[signal]}</h3>
              <Sparkline
                label={`${UNITS[signal]} received a second: ${formatValue(rate)}`}
                values={[...padding, ...rates]}
                width={110}
                height={20}
              />
              <span className={styles.rate}>{formatValue(rate, '/s')}</span>
              <EquationLine balance={balanceOf(totals, signal)} />
            </div>
          )
        })}
      </div>
    </Panel>
  )
}

function EquationLine({ balance }: { readonly balance: Balance }): ReactNode {
  return (
    <p className={styles.terms}>
      {balance.incoming.map((part, index) => (
        <TermText key={part.term} sign={index === 0 ? '' : '+'} {...part} />
      ))}
      {balance.outgoing.map((part, index) => (
        <TermText key={part.term} sign={index === 0 ? '=' : '+'} {...part} />
      ))}
      {balance.unaccounted === 0 ? (
        <span className={styles.adds}>adds up</span>
      ) : (
        <span className={styles.unaccounted} role="alert">
          {balance.unaccounted > 0
            ? `${exactValue(balance.unaccounted)} not accounted for`
            : `${exactValue(-balance.unaccounted)} counted twice`}
        </span>
      )}
    </p>
  )
}

function TermText({
  sign,
  term,
  count,
}: {
  readonly sign: string
  readonly term: Term
  readonly count: number
}): ReactNode {
  const bad = (term === 'dropped' || term === 'refused') && count > 0
  return (
    <span className={styles.term} title={`${exactValue(count)} ${termLabel(term)}`}>
      {sign !== '' && <i>{sign}</i>}
      <b className={classNames(bad && styles.warned)}>{formatCount(count)}</b> {termLabel(term)}
    </span>
  )
}
