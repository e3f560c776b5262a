import { useState, type FormEvent } from 'react'
import { useIsFetching } from '@tanstack/react-query'
import { Button, IconButton } from '../ui/button.tsx'
import { Popover } from '../ui/popover.tsx'
import { TextInput } from '../ui/text-input.tsx'
import { parseRangeText, rangeLabel } from '../model/time-text.ts'
import { formatExactUtc } from '../model/format-time.ts'
import { classNames } from '../ui/class-names.ts'
import { copyText } from '../ui/copy.tsx'
import { announce } from './announcer.tsx'
import { useCommands } from './commands.ts'
import { usePreferences } from './preferences.ts'
import { useTimeRange } from './time-range.ts'
import { searchText, parseSearchText } from './url-state.ts'
import styles from './time-bar.module.css'

const PRESETS = ['5m', '15m', '30m', '1h', '3h', '6h', '12h', '24h', '2d', '7d']

/** Shows and changes the page's time range; the same on every page. */
export function TimeBar() {
  const range = useTimeRange()
  const [open, setOpen] = useState(false)
  const fetching = useIsFetching() > 0
  const remember = usePreferences((state) => state.set)

  const choose = (start: string, end: string): void => {
    range.set(start, end)
    if (end === 'now') remember({ range: start })
    setOpen(false)
  }
  useCommands([
    { id: 'time.earlier', title: 'Shift time range earlier', section: 'Time', hotkey: '[', run: () => range.shift(-1) },
    { id: 'time.later', title: 'Shift time range later', section: 'Time', hotkey: ']', run: () => range.shift(1) },
    { id: 'time.out', title: 'Zoom time range out', section: 'Time', hotkey: 'z', run: range.zoomOut },
    { id: 'time.refresh', title: 'Refresh', section: 'Time', hotkey: 'r', run: range.refresh },
    { id: 'time.choose', title: 'Choose time range', section: 'Time', run: () => setOpen(true) },
    {
      id: 'time.copy',
      title: 'Copy link with absolute time',
      section: 'Time',
      run: () => {
        const { startNanos, endNanos } = range.resolve()
        const fields = { ...parseSearchText(location.search), start: startNanos, end: endNanos }
        void copyText(`${location.origin}${location.pathname}${searchText(fields)}`).then((done) =>
          announce(done ? 'Link copied' : 'The browser refused to copy'),
        )
      },
    },
  ])
  return (
    <div className={styles.bar}>
      <IconButton icon="chevronLeft" label="Earlier" keys="[" onClick={() => range.shift(-1)} />
      <Popover
        label="Time range"
        open={open}
        onOpenChange={setOpen}
        trigger={
          <Button icon="clock" look="normal" aria-label={`Time range: ${rangeLabel(range.start, range.end)}`}>
            {rangeLabel(range.start, range.end)}
          </Button>
        }
      >
        <RangePicker start={range.start} end={range.end} resolve={range.resolve} onChoose={choose} />
      </Popover>
      <IconButton icon="chevronRight" label="Later" keys="]" onClick={() => range.shift(1)} />
      <IconButton icon="zoomOut" label="Zoom out" keys="Z" onClick={range.zoomOut} />
      <IconButton
        icon="refresh"
        label="Refresh"
        keys="R"
        className={classNames(fetching && styles.spinning)}
        onClick={range.refresh}
      />
    </div>
  )
}

function RangePicker({
  start,
  end,
  resolve,
  onChoose,
}: {
  start: string
  end: string
  resolve: () => { startNanos: bigint; endNanos: bigint }
  onChoose: (start: string, end: string) => void
}) {
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState(false)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const parsed = parseRangeText(text, Date.now())
    if (parsed === undefined) setWrong(true)
    else onChoose(parsed.start, parsed.end)
  }
  const { startNanos, endNanos } = resolve()
  return (
    <div className={styles.picker}>
      <form onSubmit={submit}>
        <TextInput
          label="Time range"
          placeholder="last 3 hours, yesterday, 9:00 to 9:30"
          value={text}
          autoFocus
          className={styles.input}
          aria-invalid={wrong}
          onChange={(event) => {
            setText(event.target.value)
            setWrong(false)
          }}
        />
      </form>
      {wrong && (
        <p className={styles.wrong} role="alert">
          Not a time range. Try “45m”, “today” or “2026-01-31 10:00 to 2026-01-31 11:00”.
        </p>
      )}
      <div className={styles.presets}>
        {PRESETS.map((preset) => (
          <Button
            key={preset}
            look="quiet"
            pressed={start === `now-${preset}` && end === 'now'}
            onClick={() => onChoose(`now-${preset}`, 'now')}
          >
            {preset}
          </Button>
        ))}
      </div>
      <dl className={styles.exact}>
        <dt>From</dt>
        <dd>{formatExactUtc(String(startNanos)).slice(0, 19)}Z</dd>
        <dt>To</dt>
        <dd>{formatExactUtc(String(endNanos)).slice(0, 19)}Z</dd>
      </dl>
    </div>
  )
}
