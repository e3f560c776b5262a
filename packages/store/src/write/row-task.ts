import type { SegmentId } from './segment-file.ts'
import type { SharedRequest } from './shared-requests.ts'

/** What the thread that makes rows is asked to do. */
export type RowTask =
  /** Append requests to the rows of a segment; begins it. */
  | { readonly kind: 'add'; readonly segment: SegmentId; readonly requests: readonly SharedRequest[] }
  /** Write the rows of a segment to files for the engine (`StagedTable[]`); ends it. */
  | { readonly kind: 'stage'; readonly segment: SegmentId; readonly directory: string }
  /** Forget a segment. */
  | { readonly kind: 'drop'; readonly segment: SegmentId }
  /** Make the rows of a segment from its file (`StagedSegment`). */
  | { readonly kind: 'restage'; readonly segment: SegmentId; readonly directory: string }
  /** What was written before may be lost: write resources and scopes again. */
  | { readonly kind: 'forget' }
