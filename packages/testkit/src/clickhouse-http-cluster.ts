/** Shards of the cluster the double has. */
export const SHARDS = 2
const SERVERS_SUFFIX = '_servers'
const ON_CLUSTER = / ON CLUSTER `([^`]+)`/
const CREATE_LOCAL = /^CREATE TABLE IF NOT EXISTS (\w+)_local\s*\(/
const CREATE_DISTRIBUTED =
  /^CREATE TABLE IF NOT EXISTS (\w+)\s*\(.*\nENGINE = Distributed\('([^']*)', '([^']*)', '(\w+)_local', (.+)\)\n/s
const REPLICATED = /\nENGINE = Replicated(\w+)\('[^']*', '[^']*'(?:, (\w+))?\)/

/**
 * Makes two shards of one embedded engine, which can be neither replica nor remote server.
 *
 * What is real: every statement is parsed as it came, `ON CLUSTER` and all; Distributed tables are the engine's own, over a cluster
 * of two shards that both are this engine, so planning, pruning of shards, `GLOBAL` and merging of the shards' answers are its
 * own. What is made up: the rows of both shards lie in one table `…_rows` without replication, and the table of a shard,
 * `…_local`, is a view of those whose sharding expression gives the shard that asks; an insert into the Distributed table goes to the
 * rows at once (with its token), and `ON CLUSTER` is done here.
 */
export class ClusterDouble {
  /** Sharding expressions by `database.table`, of the tables that were made. */
  private readonly shardBy = new Map<string, string>()
  private readonly name: string

  /** What the engine must be configured with. */
  readonly config: string

  /** How all servers are asked for their `system` tables: there is one, and perhaps one that is away. */
  private readonly allServers: string

  /** @param replicaAway every shard has a second replica that does not answer */
  constructor(name: string, replicaAway = false) {
    this.name = name
    const shard = (...ports: number[]): string =>
      `<shard><internal_replication>true</internal_replication>${ports.map((port) => `<replica><host>127.0.0.1</host><port>${port}</port></replica>`).join('')}</shard>`
    // Every address of this machine with this port is the engine itself: nothing listens there. Nobody listens on port 1 either.
    const shards = shard(9000, ...(replicaAway ? [1] : [])).repeat(SHARDS)
    const servers = `${name}${SERVERS_SUFFIX}`
    this.allServers = replicaAway ? `clusterAllReplicas('${servers}', system.TABLE)` : 'system.TABLE'
    this.config = `<tcp_port>9000</tcp_port><remote_servers><${name}>${shards}</${name}>${replicaAway ? `<${servers}>${shard(9000, 1)}</${servers}>` : ''}</remote_servers><macros><shard>1</shard><replica>1</replica></macros>`
  }

  /** The statements to run instead; the answer is that of the last. */
  translate(asked: string, database: string, settings: URLSearchParams): string[] {
    const onCluster = ON_CLUSTER.exec(asked)
    if (onCluster !== null && onCluster[1] !== this.name)
      throw new Error(`Code: 701. DB::Exception: Requested cluster '${onCluster[1]}' not found`)
    const parsed = onCluster === null ? [] : [`EXPLAIN AST ${asked}`]
    const statement = asked.replace(ON_CLUSTER, '')
    if (CREATE_LOCAL.test(statement)) {
      return [...parsed, onOneServer(statement.replace(/^(CREATE TABLE IF NOT EXISTS \w+)_local/, '$1_rows'))]
    }
    const distributed = CREATE_DISTRIBUTED.exec(statement)
    if (distributed !== null) {
      const [, table = '', , , , shardBy = ''] = distributed
      this.shardBy.set(`${database}.${table}`, shardBy)
      return [...parsed, this.view(database, table), statement]
    }
    const altered = /^ALTER TABLE (\w+)_local /.exec(statement)
    if (altered !== null) {
      const [, table = ''] = altered
      const change = statement.replace(/^ALTER TABLE (\w+)_local/, 'ALTER TABLE $1_rows')
      return this.shardBy.has(`${database}.${table}`)
        ? [...parsed, change, this.view(database, table)]
        : [...parsed, change]
    }
    const inserted = /^\s*INSERT INTO (\w+)/.exec(statement)
    if (inserted !== null && this.shardBy.has(`${database}.${inserted[1]}`)) {
      // Without these an insert is acknowledged before the shards have it, or is done twice when it is tried again.
      if (settings.get('distributed_foreground_insert') !== '1' || !settings.has('insert_deduplication_token'))
        throw new Error(
          'Code: 36. DB::Exception: an insert into a Distributed table in the background or without a token',
        )
      return [...parsed, statement.replace(/^(\s*INSERT INTO \w+)/, '$1_rows')]
    }
    if (/^TRUNCATE TABLE \w+_local\b/.test(statement))
      return [...parsed, statement.replace(/^TRUNCATE TABLE (\w+)_local/, 'TRUNCATE TABLE $1_rows')]
    const merging = /^(SYSTEM (?:STOP|START) MERGES +\w+)_local\b/.exec(statement)
    if (merging !== null) return [...parsed, statement.replace(merging[0], `${merging[1]}_rows`)]
    return [...parsed, this.withoutSecondShard(REPLICATED.test(statement) ? onOneServer(statement) : statement)]
  }

  /** Both shards are one server: what lists its parts must not count them twice, and names the tables as a server would. */
  private withoutSecondShard(statement: string): string {
    return statement.replaceAll(
      /cluster(AllReplicas)?\('\w+', system\.(parts|parts_columns|mutations|columns)\)/g,
      // A function, because `$'` in a text would stand for what follows.
      (_, all: string | undefined, name: string) =>
        `(SELECT * REPLACE (replaceRegexpOne(table, '_rows$', '_local') AS table) FROM ${all === undefined ? `system.${name}` : this.allServers.replace('TABLE', name)})`,
    )
  }

  private view(database: string, table: string): string {
    const shardBy = this.shardBy.get(`${database}.${table}`) ?? ''
    return `CREATE OR REPLACE VIEW ${table}_local AS SELECT * FROM ${database}.${table}_rows WHERE (${shardBy}) % ${SHARDS} = shardNum() - 1 SETTINGS asterisk_include_materialized_columns = 1, allow_suspicious_low_cardinality_types = 1`
  }
}

/** The same table without other replicas; it remembers tokens as those would. */
function onOneServer(statement: string): string {
  return statement
    .replace(
      REPLICATED,
      (_, engine: string, version?: string) => `\nENGINE = ${engine}${version === undefined ? '' : `(${version})`}`,
    )
    .replace(/\breplicated_deduplication_window = /, 'non_replicated_deduplication_window = ')
    .replace(/ replicated_deduplication_window_seconds = \d+,/, '')
}
