/** One line of a time chart. */
export interface ChartSeries {
  readonly key: string
  readonly label: string
  /** Name of a colour token, for example `--service-3`. */
  readonly colorToken: string
  readonly values: readonly (number | null)[]
  /** Told apart without colour: dashes for the second, third… of lines that are compared. */
  readonly dash?: readonly number[]
  readonly fill?: boolean
}

/** Where the plot lies inside its figure, CSS pixels. */
export interface PlotArea {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** What the readout says of one line at one step. */
export interface ReadoutRow {
  readonly key: string
  readonly label: string
  readonly colorToken: string
  readonly text: string
}
