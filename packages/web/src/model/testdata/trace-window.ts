import type { TraceWindow } from '../trace-model.ts'

export interface TestSpan {
  id: string
  parent?: string
  service?: string
  name?: string
  start: number
  duration: number
  error?: boolean
}

/** A window as the server would answer for these spans: tree order, siblings by start. */
export function traceWindow(spans: readonly TestSpan[], offset = 0, limit = spans.length): TraceWindow {
  const ids = new Set(spans.map((span) => span.id))
  const childrenOf = (id: string | undefined): TestSpan[] =>
    spans
      .filter((span) => (span.parent !== undefined && ids.has(span.parent) ? span.parent : undefined) === id)
      .sort((a, b) => a.start - b.start)
  const rows: { span: TestSpan; depth: number; parent: number; descendants: number }[] = []
  const add = (span: TestSpan, depth: number, parent: number): number => {
    const row = rows.push({ span, depth, parent, descendants: 0 }) - 1
    const below = childrenOf(span.id).reduce((sum, child) => sum + 1 + add(child, depth + 1, row), 0)
    ;(rows[row] as { descendants: number }).descendants = below
    return below
  }
  for (const root of childrenOf(undefined)) add(root, 0, root.parent === undefined ? -1 : -2)
  const shown = rows.slice(offset, offset + limit)
  const services = [...new Set(shown.map(({ span }) => span.service ?? 'a'))]
  const names = [...new Set(shown.map(({ span }) => span.name ?? span.id))]
  return {
    traceId: 'aa',
    startNanos: '1769864607120000456',
    durationNanos: Math.max(...spans.map((span) => span.start + span.duration)),
    spanCount: spans.length,
    errorCount: spans.filter((span) => span.error).length,
    logCount: 0,
    rootService: 'a',
    rootName: 'root',
    services,
    names,
    orphanCount: 0,
    clockSkewCount: 0,
    timeNote: null,
    adjustedCount: 1,
    spans: {
      offset,
      spanId: shown.map(({ span }) => span.id),
      parent: shown.map(({ parent }) => parent),
      parentSpanId: shown.map(({ span }) => span.parent ?? ''),
      depth: shown.map(({ depth }) => depth),
      descendants: shown.map(({ descendants }) => descendants),
      service: shown.map(({ span }) => services.indexOf(span.service ?? 'a')),
      name: shown.map(({ span }) => names.indexOf(span.name ?? span.id)),
      kind: shown.map(() => 'internal' as const),
      status: shown.map(({ span }) => (span.error === true ? 'error' : 'unset')),
      startOffsetNanos: shown.map(({ span }) => span.start),
      durationNanos: shown.map(({ span }) => span.duration),
      eventCount: shown.map(() => 0),
      linkCount: shown.map(() => 0),
      hint: shown.map(() => ''),
    },
    meta: { rowsRead: 0, bytesRead: 0, elapsedMs: 0, complete: true, incomplete: [] },
  }
}
