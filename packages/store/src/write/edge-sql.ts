import { sql, type Sql, uint64Parameter } from '../sql/sql.ts'
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
function linksIn(range: Sql): Sql {
  return sql`SELECT cityHash64(LinkTrace, LinkSpan) FROM spans ARRAY JOIN LinkTraceId AS LinkTrace, LinkSpanId AS LinkSpan WHERE ${range} AND Kind = 5`
}

function startsWithin(from: bigint, until: bigint): Sql {
  return sql`StartNanos >= ${uint64Parameter(from)} AND StartNanos < ${uint64Parameter(until)}`
}

/** Sums of the calls that a `FROM` clause gives, by caller, callee and connection. Next to the table, so that shards add up their own. */
function sums(caller: Sql, callee: Sql, connection: Sql, failed: Sql, from: Sql): Sql {
  return sql`
    SELECT toString(${caller}) AS Caller, toString(${callee}) AS Callee, toString(${connection}) AS Connection, count() AS Calls,
      countIf(${failed}) AS Errors, sum(AdjustedCount) AS AdjustedCalls, sumIf(AdjustedCount, ${failed}) AS AdjustedErrors,
      sumMap([${BUCKET}], [AdjustedCount]) AS DurationBuckets
    FROM ${from}
    GROUP BY Caller, Callee, Connection`
}

/**
 * The edges whose called span (or, for databases and silent peers, whose calling span) starts at from <= t < until,
 * with the columns of `service_edges` but day and minute. Semantics as in OpenTelemetry's service graph connector: client
 * to server, producer to consumer (by parent or link), client to database, client to a peer that sends no telemetry.
 *
 * On a cluster it is to run `colocated`: a span and its parent are on one shard; what is found by a link is marked GLOBAL.
 */
export function edgesBetween(from: bigint, until: bigint): Sql {
  const inMinute = startsWithin(from, until)
  // Only spans that are asked for go into joins and sets: with many a minute, all of eight minutes do not fit in memory.
  const callersIn = (keys: Sql): Sql =>
    sql`SELECT ${SELF} AS CallerKey, Service AS CallerService, Kind AS CallerKind, StatusCode AS CallerStatus FROM spans WHERE ${startsWithin(from - CALLER_MINUTES * MINUTE_NANOS, until + MINUTE_NANOS)} AND ${SELF} ${keys}`
  const failed = sql`StatusCode = 2 OR CallerStatus = 2`
  const called = sums(
    sql`CallerService`,
    sql`Service`,
    sql`if(Kind = 5 OR CallerKind = 4, 'messaging', 'rpc')`,
    failed,
    sql`(SELECT ${PARENT} AS CalleeKey, Service, Kind, StatusCode, DurationNanos, AdjustedCount FROM spans WHERE ${inMinute} AND ${IS_CALLED}) AS callee
      ANY INNER JOIN (${callersIn(sql`IN (SELECT ${PARENT} FROM spans WHERE ${inMinute} AND ${IS_CALLED})`)}) AS caller
      ON callee.CalleeKey = caller.CallerKey
      WHERE CallerService != Service`,
  )
  const linked = sums(
    sql`CallerService`,
    sql`Service`,
    sql`'messaging'`,
    failed,
    sql`(SELECT cityHash64(LinkTrace, LinkSpan) AS LinkKey, Service, StatusCode, DurationNanos, AdjustedCount FROM spans ARRAY JOIN LinkTraceId AS LinkTrace, LinkSpanId AS LinkSpan WHERE ${inMinute} AND Kind = 5) AS callee
      GLOBAL ANY INNER JOIN (${callersIn(sql`GLOBAL IN (${linksIn(inMinute)})`)}) AS caller
      ON callee.LinkKey = caller.CallerKey
      WHERE CallerService != Service`,
  )
  const isError = sql`StatusCode = 2`
  const databases = sums(
    sql`Service`,
    sql`if(${NAMESPACE} = '', ${DATABASE}, concat(${DATABASE}, '/', ${NAMESPACE}))`,
    sql`'database'`,
    isError,
    sql`spans WHERE ${inMinute} AND Kind = 3 AND ${DATABASE} != ''`,
  )
  const around = startsWithin(from - MINUTE_NANOS, until + CALLEE_MINUTES * MINUTE_NANOS)
  const isSilent = sql`${inMinute} AND Kind IN (3, 4) AND ${DATABASE} = '' AND ${PEER} != ''`
  const answered = sql`SELECT ${PARENT} FROM spans WHERE ${around} AND ${IS_CALLED} AND ${PARENT} IN (SELECT ${SELF} FROM spans WHERE ${isSilent})`
  const peers = sums(
    sql`Service`,
    PEER,
    sql`if(Kind = 4, 'messaging', 'peer')`,
    isError,
    sql`spans WHERE ${isSilent} AND ${SELF} NOT IN (${answered}) AND ${SELF} GLOBAL NOT IN (${linksIn(around)})`,
  )
  return sql`
    SELECT Caller, Callee, Connection, sum(Calls) AS Calls, sum(Errors) AS Errors, sum(AdjustedCalls) AS AdjustedCalls,
      sum(AdjustedErrors) AS AdjustedErrors, sumMap(DurationBuckets) AS DurationBuckets
    FROM (${called} UNION ALL ${linked} UNION ALL ${databases} UNION ALL ${peers})
    GROUP BY Caller, Callee, Connection`
}

/** `INSERT` of the edges of a minute since 1970. */
export function edgesOfMinute(minute: number, day: number): Sql {
  const from = BigInt(minute) * MINUTE_NANOS
  return sql`
    INSERT INTO service_edges (Day, Minute, Caller, Callee, Connection, Calls, Errors, AdjustedCalls, AdjustedErrors, DurationBuckets)
    SELECT toDate(${day}), toUInt32(${minute}), Caller, Callee, Connection, Calls, Errors, AdjustedCalls, AdjustedErrors, DurationBuckets
    FROM (${edgesBetween(from, from + MINUTE_NANOS)})
    ORDER BY Caller, Callee, Connection`
}
