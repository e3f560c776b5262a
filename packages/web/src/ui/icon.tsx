const PATHS = {
  traces: 'M2.5 4h7M5 8h7M7.5 12h6',
  logs: 'M3 4h10M3 8h10M3 12h6',
  services:
    'M8 2.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM3.5 10a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5ZM12.5 10a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5ZM7 6.3 4.5 10M9 6.3l2.5 3.7',
  metrics: 'M2.5 13.5h11M2.5 10.5 6 6.5l2.5 2.5 5-6',
  pipeline: 'M2 8h3M7 8h2M11 8h3M5 6h2v4H5zM9 6h2v4H9z',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.5 10.5 14 14',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 4.5V8l2.5 1.5',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.5v3h-3',
  chevronDown: 'm4 6 4 4 4-4',
  chevronRight: 'm6 4 4 4-4 4',
  chevronLeft: 'm10 4-4 4 4 4',
  chevronUp: 'm4 10 4-4 4 4',
  close: 'm4 4 8 8M12 4l-8 8',
  check: 'm3 8.5 3.2 3.2L13 5',
  copy: 'M6 5.5h7v8H6zM10 5.5v-3H3v8h3',
  link: 'M7 9.5 9.5 7M6 7 4.3 8.7a2.1 2.1 0 0 0 3 3L9 10M10 9l1.7-1.7a2.1 2.1 0 0 0-3-3L7 6',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M12.6 3.4l-1.1 1.1M4.5 11.5l-1.1 1.1',
  moon: 'M13 9.4A5.5 5.5 0 0 1 6.6 3 5.5 5.5 0 1 0 13 9.4Z',
  monitor: 'M2.5 3h11v7.5h-11zM6 13.5h4M8 10.5v3',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.01M6.7 6.5h.01M9.3 6.5h.01M12 6.5h.01M5 9.5h6',
  filter: 'M2.5 3.5h11L9.5 8v4.5L6.5 14V8z',
  error: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 5v3.6M8 11h.01',
  warn: 'M8 2.5 14.2 13H1.8zM8 6.5v3M8 11.2h.01',
  info: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 7.4V11M8 5h.01',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  play: 'M5 3.5v9l7-4.5z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  table: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6.5 6.5v6',
  fit: 'M2.5 6V3h3M13.5 6V3h-3M2.5 10v3h3M13.5 10v3h-3',
  zoomOut: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.5 10.5 14 14M5 7h4',
  sidebar: 'M2.5 3h11v10h-11zM6 3v10',
  external: 'M9 3h4v4M13 3 7.5 8.5M11 9.5V13H3V5h3.5',
  key: 'M10.5 2.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8.4 7.6 2.5 13.5M4.5 11.5l1.5 1.5',
  leave: 'M9 3H3v10h6M7 8h7M11.5 5.5 14 8l-2.5 2.5',
  more: 'M4 8h.01M8 8h.01M12 8h.01',
  send: 'M2.5 8 13.5 3l-3 10.5-3-4z',
  path: 'M2.5 12.5c3 0 3-9 5.5-9s2.5 6 5.5 6',
  collapse: 'm4 3 4 3 4-3M4 13l4-3 4 3M3 8h10',
  expand: 'm4 6 4-3.5L12 6M4 10l4 3.5L12 10M3 8h10',
  graph: 'M3 3h3v3H3zM10 3h3v3h-3zM6.5 10h3v3h-3zM6 4.5h4M4.5 6 7 10M11.5 6 9 10',
} as const

export type IconName = keyof typeof PATHS

/** A 16 px line icon in the text's colour. Decorative: the control around it carries the name. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
