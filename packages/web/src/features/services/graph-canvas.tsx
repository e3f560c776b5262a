import '@xyflow/react/dist/base.css'
import { type ReactNode, useMemo } from 'react'
import {
  Background,
  BaseEdge,
  Controls,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from '@xyflow/react'
import { formatRatio, formatValue } from '../../charts/format-value.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { serviceColorIndex } from '../../shell/service-name.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { classNames } from '../../ui/class-names.ts'
import {
  type GraphEdge,
  type GraphNode,
  NODE_HEIGHT,
  NODE_WIDTH,
  type PlacedEdge,
  type Point,
  edgePixels,
  placeGraph,
  smoothPath,
} from './graph-layout.ts'
import styles from './graph-canvas.module.css'

interface GraphCanvasProps {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly onOpen: (service: string) => void
}

type FlowEdge = Edge<{ readonly edge: GraphEdge; readonly path: string; readonly label: Point }>
type FlowNode = Node<{ readonly node: GraphNode; readonly onOpen: (service: string) => void }>

const KIND_ICONS: Record<GraphNode['kind'], IconName> = {
  service: 'services',
  database: 'table',
  messaging: 'send',
  external: 'external',
}
const NODE_TYPES = { service: ServiceNode }
const EDGE_TYPES = { calls: CallsEdge }
/** From this share of failed calls on a line is red. */
const FAILING_RATIO = 0.005

/** The service graph, drawn and laid out in a chunk of its own. Tab walks the nodes, Enter opens a service. */
export default function GraphCanvas({ nodes, edges, onOpen }: GraphCanvasProps): ReactNode {
  const placed = useMemo(() => placeGraph(nodes, edges), [nodes, edges])
  const flowNodes = useMemo(
    (): FlowNode[] =>
      placed.nodes.map(({ node, x, y }) => ({
        id: node.name,
        type: 'service',
        position: { x, y },
        data: { node, onOpen },
        width: NODE_WIDTH,
        height: NODE_HEIGHT,
        draggable: false,
        connectable: false,
        focusable: false,
      })),
    [placed, onOpen],
  )
  const flowEdges = useMemo(() => placed.edges.map((one) => flowEdge(one, edges)), [placed, edges])
  return (
    <div className={styles.canvas}>
      <ReactFlow
        nodes={flowNodes}
        edges={flowEdges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        fitView
        fitViewOptions={{ padding: 0.08, maxZoom: 1.1 }}
        minZoom={0.15}
        maxZoom={2}
        nodesConnectable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        aria-label={`Service graph: ${nodes.length} nodes, ${edges.length} kinds of calls. Press t for a table.`}
      >
        <Background gap={24} color="var(--grid-line)" />
        <Controls showInteractive={false} />
      </ReactFlow>
      <ul className={styles.legend} aria-hidden="true">
        <li>Thick line: many calls</li>
        <li className={styles.failed}>Red: share of failed calls</li>
        <li>Dashes: messages</li>
      </ul>
    </div>
  )
}

function flowEdge({ edge, points, label }: PlacedEdge, all: readonly GraphEdge[]): FlowEdge {
  const color = isFailing(edge) ? 'var(--error-mark)' : 'var(--control-border)'
  return {
    id: `${edge.kind} ${edge.source} ${edge.target}`,
    type: 'calls',
    source: edge.source,
    target: edge.target,
    data: { edge, path: smoothPath(points), label },
    style: {
      stroke: color,
      strokeWidth: edgePixels(edge.red.callsPerSecond, all),
      ...(edge.kind === 'messaging' ? { strokeDasharray: '6 5' } : {}),
    },
    markerEnd: { type: MarkerType.ArrowClosed, color, width: 14, height: 14, markerUnits: 'userSpaceOnUse' },
    focusable: false,
  }
}

function isFailing({ red }: GraphEdge): boolean {
  return red.errorRatio >= FAILING_RATIO
}

function CallsEdge({ data, style, markerEnd }: EdgeProps<FlowEdge>): ReactNode {
  if (data === undefined) return null
  const { edge, path, label } = data
  const rate = formatValue(edge.red.callsPerSecond, '/s')
  return (
    <>
      <BaseEdge
        path={path}
        {...(style === undefined ? {} : { style })}
        {...(markerEnd === undefined ? {} : { markerEnd })}
      />
      <EdgeLabelRenderer>
        <span
          className={classNames(styles.label, isFailing(edge) && styles.failed)}
          style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)` }}
          title={`${edge.source} to ${edge.target}: ${rate}, ${formatRatio(edge.red.errorRatio)} failed`}
        >
          {rate}
          {isFailing(edge) && ` ${formatRatio(edge.red.errorRatio)}`}
        </span>
      </EdgeLabelRenderer>
    </>
  )
}

function ServiceNode({ data }: NodeProps<FlowNode>): ReactNode {
  const { node, onOpen } = data
  const { red } = node
  const failing = red.errors > 0
  const p95 = red.p95Nanos === null ? '' : `, p95 ${formatDuration(red.p95Nanos)}`
  const figures = `${formatValue(red.callsPerSecond, '/s')}${p95}`
  const content = (
    <>
      <span className={styles.name}>
        {node.kind === 'service' ? (
          <i className={styles.mark} style={{ background: `var(--service-${serviceColorIndex(node.name)})` }} />
        ) : (
          <Icon name={KIND_ICONS[node.kind]} size={14} />
        )}
        <b>{node.name}</b>
      </span>
      <span className={styles.figures}>
        {figures}
        {failing && <em title={`${formatRatio(red.errorRatio)} failed`}>{formatRatio(red.errorRatio)}</em>}
      </span>
      <span className={styles.share} aria-hidden="true">
        <i style={{ width: `${Math.min(100, red.errorRatio * 100)}%` }} />
      </span>
    </>
  )
  return (
    <>
      <Handle type="target" position={Position.Left} className={styles.handle} />
      {node.kind === 'service' ? (
        <button
          type="button"
          className={classNames(styles.node, 'nopan')}
          title={`${node.name}\n${figures}`}
          onClick={() => onOpen(node.name)}
        >
          {content}
        </button>
      ) : (
        <div className={classNames(styles.node, styles.other)} title={`${node.kind}: ${node.name}\n${figures}`}>
          {content}
        </div>
      )}
      <Handle type="source" position={Position.Right} className={styles.handle} />
    </>
  )
}
