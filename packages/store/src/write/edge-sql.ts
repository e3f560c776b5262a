import { andSql, sql, type Sql, uint64Parameter } from '../sql/sql.ts'
import { BUCKETS_PER_DOUBLING } from './duration-bucket.ts'

const MINUTE_NANOS = 60_000_000_000n
/** How much earlier the calling span may have started. */
const CALLER_MINUTES = 5n
/** How much later the called span may start. */
const CALLEE_MINUTES = 2n

const BUCKET = sql`if(DurationNanos <= 1, toInt16(-1), toInt16(ceil(log2(DurationNanos) * ${BUCKETS_PER_DOUBLING}) - 1))`

/** The attribute in its column or, under its older name, in the map. */
const DATABASE = sql`if(a_db_system_name != '', toString(a_db_system_name), Attributes['db.system'])`
const NAMESPACE = sql`if(a_db_namespace != '', toString(a_db_namespace), Attributes['db.name'])`
const PEER = sql`multiIf(a_peer_service != '', toString(a_peer_service), a_messaging_destination_name != '', toString(a_messaging_destination_name), a_server_address != '', toString(a_server_address), Attributes['net.peer.name'])`

/** A span and its parent as one number: sets and joins of 24 bytes a span cost three times as much, and a chance of 2^-64 does not matter here. */
const SELF = sql`cityHash64(TraceId, SpanId)`
const PARENT = sql`cityHash64(TraceId, ParentSpanId)`

/** May be the called side: a server, a consumer, or a span of a sender that tells no kinds. */
const IS_CALLED = sql`Kind IN (0, 2, 5) AND ParentSpanId != toFixedString('', 8)`

/** What consumers of messages link to. */
function linkedIn(range: Sql): Sql {
  return sql`SELECT cityHash64(LinkTrace, LinkSpan) FROM spans ARRAY JOIN LinkTraceId AS LinkTrace, LinkSpanId AS LinkSpan WHERE ${range} AND Kind = 5`
}

function startsWithin(from: bigint, until: bigint): Sql {
  return sql`StartNanos >= ${uint64Parameter(from)} AND StartNanos < ${uint64Parameter(until)}`
}

/**
 * The edges whose called span (or, for databases and silent peers, whose calling span) starts at from <= t < until,
 * with the columns of `service_edges` but day and minute. Semantics as in OpenTelemetry's service graph connector: client
 * to server, producer to consumer (by parent or link), client to database, client to a peer that sends no telemetry.
 * `nested`: the engine takes a subquery within a subquery; over a cluster it does not.
 */
export function edgesBetween(from: bigint, until: bigint, nested = false): Sql {
  const inMinute = startsWithin(from, until)
  const called = sql`SELECT ${PARENT} AS CallerKey, Service, Kind, StatusCode, DurationNanos, AdjustedCount FROM spans WHERE ${andSql([inMinute, IS_CALLED])}`
  const linked = sql`SELECT cityHash64(LinkTrace, LinkSpan) AS CallerKey, Service, Kind, StatusCode, DurationNanos, AdjustedCount FROM spans ARRAY JOIN LinkTraceId AS LinkTrace, LinkSpanId AS LinkSpan WHERE ${inMinute} AND Kind = 5`
  // Only those that are asked for go into joins and sets: with many spans a minute, all of eight minutes do not fit in memory.
  const asked = sql`SELECT ${PARENT} FROM spans WHERE ${andSql([inMinute, IS_CALLED])} UNION ALL ${linkedIn(inMinute)}`
  const callers = sql`SELECT ${SELF} AS Key, Service AS CallerService, Kind AS CallerKind, StatusCode AS CallerStatus FROM spans WHERE ${startsWithin(from - CALLER_MINUTES * MINUTE_NANOS, until + MINUTE_NANOS)}${nested ? sql` AND ${SELF} IN (${asked})` : sql``}`
  const calls = sql`
    SELECT CallerService AS Caller, Service AS Callee, if(Kind = 5 OR CallerKind = 4, 'messaging', 'rpc') AS Connection,
      StatusCode = 2 OR CallerStatus = 2 AS Failed, DurationNanos, AdjustedCount
    FROM (${called} UNION ALL ${linked}) AS callee
    ANY INNER JOIN (${callers}) AS caller ON callee.CallerKey = caller.Key
    WHERE CallerService != Service`
  const databases = sql`
    SELECT Service AS Caller, if(${NAMESPACE} = '', ${DATABASE}, concat(${DATABASE}, '/', ${NAMESPACE})) AS Callee, 'database' AS Connection,
      StatusCode = 2 AS Failed, DurationNanos, AdjustedCount
    FROM spans WHERE ${inMinute} AND Kind = 3 AND ${DATABASE} != ''`
  const isSilent = sql`${inMinute} AND Kind IN (3, 4) AND ${DATABASE} = '' AND ${PEER} != ''`
  const silent = sql`SELECT ${SELF} FROM spans WHERE ${isSilent}`
  const around = startsWithin(from - MINUTE_NANOS, until + CALLEE_MINUTES * MINUTE_NANOS)
  const answered = sql`SELECT ${PARENT} FROM spans WHERE ${around} AND ${IS_CALLED}${nested ? sql` AND ${PARENT} IN (${silent})` : sql``}`
  const peers = sql`
    SELECT Service AS Caller, ${PEER} AS Callee, if(Kind = 4, 'messaging', 'peer') AS Connection,
      StatusCode = 2 AS Failed, DurationNanos, AdjustedCount
    FROM spans
    WHERE ${isSilent} AND ${SELF} NOT IN (${answered}) AND ${SELF} NOT IN (${linkedIn(around)})`
  const edges = sql`SELECT toString(Caller) AS Caller, toString(Callee) AS Callee, toString(Connection) AS Connection, Failed, DurationNanos, AdjustedCount`
  return sql`
    SELECT Caller, Callee, Connection, count() AS Calls, countIf(Failed) AS Errors, sum(AdjustedCount) AS AdjustedCalls,
      sumIf(AdjustedCount, Failed) AS AdjustedErrors, sumMap([${BUCKET}], [AdjustedCount]) AS DurationBuckets
    FROM (${edges} FROM (${calls}) UNION ALL ${edges} FROM (${databases}) UNION ALL ${edges} FROM (${peers}))
    GROUP BY Caller, Callee, Connection`
}

/** `INSERT` of the edges of a minute since 1970. */
export function edgesOfMinute(minute: number, day: number, nested: boolean): Sql {
  const from = BigInt(minute) * MINUTE_NANOS
  return sql`
    INSERT INTO service_edges (Day, Minute, Caller, Callee, Connection, Calls, Errors, AdjustedCalls, AdjustedErrors, DurationBuckets)
    SELECT toDate(${day}), toUInt32(${minute}), Caller, Callee, Connection, Calls, Errors, AdjustedCalls, AdjustedErrors, DurationBuckets
    FROM (${edgesBetween(from, from + MINUTE_NANOS, nested)})
    ORDER BY Caller, Callee, Connection`
}
