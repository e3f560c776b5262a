/** Spans as they come from the store, in columns; `startOffsetNanos` counts from any common zero. */
export interface TreeInput {
  readonly spanId: readonly string[]
  /** Empty for a root span. */
  readonly parentSpanId: readonly string[]
  readonly startOffsetNanos: Float64Array
}

/** Value of `parent` for a span without a parent, and for one whose parent is not there. */
export const ROOT = -1
export const MISSING_PARENT = -2

/** Rows in tree order: a parent before its children, siblings by start. */
export interface TraceTree {
  /** Row to index of the input. */
  readonly order: Int32Array
  /** Row to row of the parent, ROOT or MISSING_PARENT. */
  readonly parent: Int32Array
  readonly depth: Int32Array
  /** Number of rows below, which follow directly. */
  readonly descendants: Int32Array
  readonly orphanCount: number
}

/**
 * Orders spans as a forest without recursion. Every span gets exactly one row, whatever the ids say: of spans with the
 * same id the earliest is the parent of the children; a span whose parent is missing, itself, or below itself is a tree
 * of its own and counted in `orphanCount`.
 */
export function buildTraceTree(input: TreeInput): TraceTree {
  const count = input.spanId.length
  const byStart = startOrder(input)
  const parentIndex = parentIndexes(input, byStart)
  const { first, children } = childLists(parentIndex, byStart)
  const tree = {
    order: new Int32Array(count),
    parent: new Int32Array(count),
    depth: new Int32Array(count),
    descendants: new Int32Array(count),
  }
  const rowOf = new Int32Array(count).fill(-1)
  const stack = new Int32Array(count)
  let row = 0
  let orphanCount = 0

  const walk = (top: number): void => {
    let depthOfStack = 0
    stack[depthOfStack++] = top
    while (depthOfStack > 0) {
      const index = stack[--depthOfStack] as number
      if (rowOf[index] !== -1) continue
      rowOf[index] = row
      tree.order[row] = index
      const parent = parentIndex[index] as number
      const parentRow = index === top ? -1 : (rowOf[parent] as number)
      tree.parent[row] = index === top ? (parent === ROOT ? ROOT : MISSING_PARENT) : parentRow
      tree.depth[row] = index === top ? 0 : (tree.depth[parentRow] as number) + 1
      row += 1
      // Pushed last to first, so that the earliest child is taken first.
      for (let at = (first[index + 1] as number) - 1; at >= (first[index] as number); at -= 1) {
        const child = children[at] as number
        if (rowOf[child] === -1) stack[depthOfStack++] = child
      }
    }
  }

  for (const index of byStart) {
    if ((parentIndex[index] as number) >= 0) continue
    if (parentIndex[index] === MISSING_PARENT) orphanCount += 1
    walk(index)
  }
  // What is left hangs on a cycle: cut it at the earliest span.
  for (const index of byStart) {
    if (rowOf[index] !== -1) continue
    orphanCount += 1
    walk(index)
  }
  for (let at = count - 1; at >= 0; at -= 1) {
    const parent = tree.parent[at] as number
    if (parent >= 0)
      tree.descendants[parent] = (tree.descendants[parent] as number) + (tree.descendants[at] as number) + 1
  }
  return { ...tree, orphanCount }
}

function startOrder(input: TreeInput): Int32Array {
  const order = Int32Array.from(input.spanId, (_, index) => index)
  const { startOffsetNanos, spanId } = input
  return order.sort((a, b) => {
    const byTime = (startOffsetNanos[a] as number) - (startOffsetNanos[b] as number)
    if (byTime !== 0) return byTime
    const [idA, idB] = [spanId[a] as string, spanId[b] as string]
    return idA < idB ? -1 : idA > idB ? 1 : a - b
  })
}

function parentIndexes(input: TreeInput, byStart: Int32Array): Int32Array {
  const indexOf = new Map<string, number>()
  for (const index of byStart) {
    const id = input.spanId[index] as string
    if (!indexOf.has(id)) indexOf.set(id, index)
  }
  return Int32Array.from(input.parentSpanId, (parentId, index) => {
    if (parentId === '') return ROOT
    const parent = indexOf.get(parentId)
    return parent === undefined || parent === index ? MISSING_PARENT : parent
  })
}

/** Children of span i are `children[first[i] .. first[i + 1])`, by start. */
function childLists(parentIndex: Int32Array, byStart: Int32Array): { first: Int32Array; children: Int32Array } {
  const first = new Int32Array(parentIndex.length + 1)
  for (const parent of parentIndex) if (parent >= 0) first[parent + 1] = (first[parent + 1] as number) + 1
  for (let i = 1; i < first.length; i += 1) first[i] = (first[i] as number) + (first[i - 1] as number)
  const next = first.slice()
  const children = new Int32Array(first[first.length - 1] as number)
  for (const index of byStart) {
    const parent = parentIndex[index] as number
    if (parent < 0) continue
    children[next[parent] as number] = index
    next[parent] = (next[parent] as number) + 1
  }
  return { first, children }
}
