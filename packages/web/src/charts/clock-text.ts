const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Local clock with as much precision as steps of this width need: `14:05`, `14:05:30`, `14:05:30.250`, `3 Mar 14:05`. */
export function clockText(unixMs: number, stepMs: number): string {
  const date = new Date(unixMs)
  const minutes = `${pad(date.getHours())}:${pad(date.getMinutes())}`
  if (stepMs >= 86_400_000) return dayText(unixMs)
  if (stepMs >= 60_000) return minutes
  const seconds = `${minutes}:${pad(date.getSeconds())}`
  return stepMs >= 1000 ? seconds : `${seconds}.${pad(Math.floor(date.getMilliseconds()), 3)}`
}

/** `3 Mar`, local. */
export function dayText(unixMs: number): string {
  const date = new Date(unixMs)
  return `${date.getDate()} ${MONTHS[date.getMonth()] ?? ''}`
}

/** Labels of a time axis: a clock, with the day put before it where a new day begins. */
export function axisLabels(ticksMs: readonly number[], stepMs: number): string[] {
  let previousDay = ticksMs.length > 0 ? dayText(ticksMs[0] as number) : ''
  return ticksMs.map((tick) => {
    const day = dayText(tick)
    const label = clockText(tick, stepMs)
    if (day === previousDay || stepMs >= 86_400_000) return label
    previousDay = day
    return `${day} ${label}`
  })
}
