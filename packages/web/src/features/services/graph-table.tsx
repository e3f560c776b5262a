import { type ReactNode, useMemo } from 'react'
import { PageLink } from '../../shell/page-link.tsx'
import { ServiceName } from '../../shell/service-name.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import type { GraphEdge, GraphNode } from './graph-layout.ts'
import { redColumns } from './red-cells.tsx'
import { serviceHref } from './service-list.tsx'
import { sortRed } from './sort-red.ts'
import styles from './services.module.css'

interface GraphTableProps {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly search: Readonly<Record<string, unknown>>
}

type Row = GraphEdge & { readonly name: string }

/** The graph for people who would rather read: every kind of call with its numbers. */
export function GraphTable({ nodes, edges, search }: GraphTableProps): ReactNode {
  const columns = useMemo((): Column<Row>[] => {
    const services = new Set(nodes.filter(({ kind }) => kind === 'service').map(({ name }) => name))
    const link = (name: string): ReactNode =>
      services.has(name) ? (
        <PageLink href={serviceHref(name, search)} className={styles.link}>
          <ServiceName name={name} />
        </PageLink>
      ) : (
        <ServiceName name={name} detail={nodes.find((node) => node.name === name)?.kind} />
      )
    return [
      { id: 'source', title: 'Caller', cell: ({ source }) => link(source) },
      { id: 'target', title: 'Called', cell: ({ target }) => link(target) },
      { id: 'kind', title: 'Kind', cell: ({ kind }) => kind },
      ...redColumns<Row>(false),
    ]
  }, [nodes, search])
  const rows = useMemo(
    () =>
      sortRed(
        edges.map((edge) => ({ ...edge, name: `${edge.source} ${edge.target}` })),
        'rate',
        true,
      ),
    [edges],
  )
  return (
    <Table label="Calls between services" columns={columns} rows={rows} rowKey={(row) => `${row.kind} ${row.name}`} />
  )
}
