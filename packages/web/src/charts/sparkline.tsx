import type { ReactNode } from 'react'
import { sparklinePath } from './sparkline-path.ts'
import styles from './sparkline.module.css'

interface SparklineProps {
  /** What it shows, with the numbers that matter: read by screen readers and shown on hover. */
  readonly label: string
  readonly values: readonly (number | null)[]
  readonly colorToken?: string
  /** Top of the scale; the highest value by default. */
  readonly max?: number
  readonly width?: number
  readonly height?: number
}

/** A word-sized line without axes. */
export function Sparkline({ label, values, colorToken, max, width = 96, height = 18 }: SparklineProps): ReactNode {
  const path = sparklinePath(values, width, height - 2, max)
  return (
    <svg
      className={styles.sparkline}
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 -1 ${width} ${height}`}
      style={{ color: `var(${colorToken ?? '--accent'})` }}
    >
      <title>{label}</title>
      <path className={styles.area} d={path.area} />
      <path className={styles.line} d={path.line} />
    </svg>
  )
}
