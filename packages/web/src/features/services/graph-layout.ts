import { Graph, layout } from '@dagrejs/dagre'
import type { OutputOf } from '@clew/contract/endpoint'
import type { serviceGraph } from '@clew/contract/services'

type GraphAnswer = OutputOf<typeof serviceGraph>
export type GraphNode = GraphAnswer['nodes'][number]
export type GraphEdge = GraphAnswer['edges'][number]

export interface Point {
  readonly x: number
  readonly y: number
}
export interface PlacedNode extends Point {
  readonly node: GraphNode
}
export interface PlacedEdge {
  readonly edge: GraphEdge
  /** From the border of the source to the border of the target. */
  readonly points: readonly Point[]
  /** Middle of the label. */
  readonly label: Point
}
/** Coordinates in pixels; those of nodes are their top left corners. */
export interface PlacedGraph {
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
}

export const NODE_WIDTH = 196
export const NODE_HEIGHT = 54
const LABEL_WIDTH = 92
const LABEL_HEIGHT = 18

/**
 * Places callers left of what they call, and lines and labels so that they do not cover nodes. Edges to unknown nodes and
 * calls to oneself are left out (the table has them).
 */
export function placeGraph(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): PlacedGraph {
  const graph = new Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: 26, ranksep: 36, edgesep: 22, marginx: 12, marginy: 12 })
  const names = new Set(nodes.map(({ name }) => name))
  for (const name of names) graph.setNode(name, { width: NODE_WIDTH, height: NODE_HEIGHT })
  const drawn = edges.filter(({ source, target }) => source !== target && names.has(source) && names.has(target))
  for (const { source, target, kind } of drawn) {
    graph.setEdge(source, target, { width: LABEL_WIDTH, height: LABEL_HEIGHT, labelpos: 'c' }, kind)
  }
  layout(graph)
  return {
    nodes: nodes.map((node) => {
      const placed = graph.node(node.name) as Point
      return { node, x: placed.x - NODE_WIDTH / 2, y: placed.y - NODE_HEIGHT / 2 }
    }),
    edges: drawn.map((edge) => {
      const placed = graph.edge(edge.source, edge.target, edge.kind) as { points: Point[] } & Point
      const inner = placed.points.slice(1, -1)
      const label = { x: placed.x, y: placed.y }
      const from = sideOf(graph.node(edge.source) as Point, inner[0] ?? label)
      const to = sideOf(graph.node(edge.target) as Point, inner.at(-1) ?? label)
      return { edge, points: [from, ...inner, to], label }
    }),
  }
}

/** Middle of the side of a node that faces a point: lines leave and arrive level. */
function sideOf(center: Point, towards: Point): Point {
  return { x: center.x + (towards.x >= center.x ? NODE_WIDTH : -NODE_WIDTH) / 2, y: center.y }
}

/** SVG path through points that leaves and arrives level and bends softly in between. */
export function smoothPath(points: readonly Point[]): string {
  const [first, ...rest] = points
  if (first === undefined) return ''
  let path = `M${round(first.x)} ${round(first.y)}`
  let from = first
  for (const to of rest) {
    const middle = (from.x + to.x) / 2
    path += `C${round(middle)} ${round(from.y)} ${round(middle)} ${round(to.y)} ${round(to.x)} ${round(to.y)}`
    from = to
  }
  return path
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** Width of a line in pixels, by calls a second on a logarithmic scale: from 1.2 for the rarest to 6 for the busiest. */
export function edgePixels(callsPerSecond: number, edges: readonly GraphEdge[]): number {
  const rates = edges.map(({ red }) => red.callsPerSecond).filter((rate) => rate > 0)
  if (rates.length === 0 || callsPerSecond <= 0) return 1.2
  const low = Math.log(Math.min(...rates))
  const high = Math.log(Math.max(...rates))
  return high === low ? 2.5 : 1.2 + ((Math.log(callsPerSecond) - low) / (high - low)) * 4.8
}
