type Settings = Readonly<Record<string, string | number>>

/** Settings of everything that reads on a cluster. */
export const CLUSTER_READS: Settings = {
  // A condition on the sharding key (the trace id) asks only the shard that has it; off until it is known that rows are where
  // the shards of today would put them.
  optimize_skip_unused_shards: 0,
  optimize_skip_unused_shards_limit: 10_000,
  // Subqueries are answered once and sent to all shards: right whatever they ask.
  distributed_product_mode: 'global',
  // A replica that is more than this behind is not asked while another one is there.
  max_replica_delay_for_distributed_queries: 60,
  fallback_to_stale_replicas_for_distributed_queries: 1,
}

/** For statements whose subqueries concern rows of the same shard only. */
export const COLOCATED: Settings = { distributed_product_mode: 'local' }

/**
 * Settings of inserts on a cluster: they end when every shard has its rows, and each shard remembers the token. A second try, after
 * an error or a lost answer, therefore adds what is missing and nothing else.
 */
export function clusterInserts(quorum: number | undefined): Settings {
  return {
    distributed_foreground_insert: 1,
    // What is selected is aggregated over all shards before it is inserted.
    parallel_distributed_insert_select: 0,
    ...(quorum === undefined || quorum === 1 ? {} : { insert_quorum: quorum, insert_quorum_parallel: 1 }),
  }
}
