import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clusterInserts } from '../driver/cluster-settings.ts'
import { COMMAND_SETTINGS, INSERT_SETTINGS } from '../driver/driver.ts'
import { createTableStatements } from './ddl.ts'
import { onAllServers } from './joined-servers.ts'
import { storageTable } from './layout.ts'
import { changeStatements } from './schema-change.ts'
import type { Table } from './table.ts'
import { CONTROL_TABLES } from './tables/control.ts'
import { TABLES } from './tables.ts'

/*
 * The statements of a cluster on the embedded engine with its test Keeper: replicated tables are made for real, though
 * they cannot take rows there, because the engine has no address for other replicas to fetch from.
 */
const CLUSTER = { name: 'prod-1', database: 'clew' }
const ALL: readonly Table[] = [...CONTROL_TABLES, ...TABLES]
const NODE = '<replica><host>127.0.0.1</host><port>9000</port></replica>'
const SHARD = `<shard><internal_replication>true</internal_replication>${NODE}</shard>`
const CONFIG = `<clickhouse><tcp_port>9000</tcp_port>
  <remote_servers><prod-1>${SHARD}</prod-1><two>${SHARD}${SHARD}</two></remote_servers>
  <macros><shard>1</shard><replica>a</replica></macros>
  <zookeeper><implementation>testkeeper</implementation></zookeeper></clickhouse>`

let directory: string
let engine: Session

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clew-ddl-'))
  const config = join(directory, 'config.xml')
  await writeFile(config, CONFIG)
  engine = new Session(join(directory, 'engine'), { connectionArgs: [`--config-file=${config}`] })
  engine.query('CREATE DATABASE clew')
  engine.query('USE clew')
  const settings = Object.entries(COMMAND_SETTINGS).map(([name, value]) => `${name} = ${value}`)
  engine.query(`SET ${settings.join(', ')}`)
})
afterAll(async () => {
  // Their background threads would wait for ever for the address that is missing.
  for (const name of lines("SELECT name FROM system.tables WHERE database = 'clew' AND engine LIKE 'Replicated%'"))
    engine.query(`DETACH TABLE ${name}`)
  engine.close()
  await rm(directory, { recursive: true, force: true })
})

const onThisServer = (statement: string): string => statement.replace(' ON CLUSTER `prod-1`', '')
const lines = (query: string): string[] => engine.query(query, 'TSVRaw').split('\n').slice(0, -1)

describe.each(ALL.map((table) => [table.name, table] as const))('%s', (name, table) => {
  const isEverywhere = table.shardBy === 'everywhere'
  const statements = createTableStatements(table, { retentionDays: 7 }, [], CLUSTER)

  test('is made on the cluster: replicated, and distributed unless it is everywhere', () => {
    for (const statement of statements) {
      expect(statement).toContain('ON CLUSTER `prod-1`')
      // Parsed as the servers of a cluster would, then made here.
      expect(engine.query(`EXPLAIN AST ${statement}`, 'TSVRaw')).toMatch(/^CreateQuery/)
      engine.query(onThisServer(statement))
      engine.query(onThisServer(statement))
    }
    const made = lines(
      `SELECT name || ' ' || engine FROM system.tables WHERE database = 'clew' AND (name = '${name}' OR name = '${name}_local') ORDER BY name`,
    )
    expect(made).toEqual(
      isEverywhere
        ? [`${name} Replicated${table.engine}`]
        : [`${name} Distributed`, `${name}_local Replicated${table.engine}`],
    )
  })

  test('its replicas find each other by cluster, database and table, and by shard unless it is everywhere', () => {
    const [ddl] = lines(
      `SELECT create_table_query FROM system.tables WHERE database = 'clew' AND name = '${storageTable(table, CLUSTER)}'`,
    )
    expect(ddl).toContain(
      isEverywhere
        ? `'/clew/prod-1/clew/${name}', '{shard}-{replica}'`
        : `'/clew/prod-1/clew/${name}/{shard}', '{replica}'`,
    )
  })

  test('columns are changed where rows are and for readers, everything else where rows are', () => {
    const change = {
      columns: ['ADD COLUMN IF NOT EXISTS a_new LowCardinality(String) CODEC(ZSTD(1))'],
      storage: ['MODIFY SETTING merge_selector_base = 9'],
    }
    const storage = storageTable(table, CLUSTER)
    const changes = changeStatements(table, change, CLUSTER)
    for (const statement of changes) expect(engine.query(`EXPLAIN AST ${statement}`, 'TSVRaw')).toMatch(/^AlterQuery/)
    expect(
      changes.map((statement) => /^ALTER TABLE (\S+) ON CLUSTER `prod-1` (\w+)/.exec(statement)?.slice(1)),
    ).toEqual([[storage, 'ADD'], [storage, 'MODIFY'], ...(isEverywhere ? [] : [[name, 'ADD']])])
    if (!isEverywhere) {
      engine.query(onThisServer(changes.at(-1)!))
      expect(
        lines(`SELECT type FROM system.columns WHERE database = 'clew' AND table = '${name}' AND name = 'a_new'`),
      ).toEqual(['LowCardinality(String)'])
    }
  })
})

test('a server that joins later gets the tables as they have become', () => {
  engine.query(`ALTER TABLE logs ADD COLUMN a_promoted LowCardinality(String) COMMENT 'it''s new'`)
  const [ddl = ''] = lines("SELECT create_table_query FROM system.tables WHERE database = 'clew' AND name = 'logs'")
  const statement = onAllServers(ddl, CLUSTER)
  expect(engine.query(`EXPLAIN AST ${statement}`, 'TSVRaw')).toMatch(/^CreateQuery/)
  engine.query('DROP TABLE logs SYNC')
  engine.query(onThisServer(statement))
  expect(lines("SELECT create_table_query FROM system.tables WHERE database = 'clew' AND name = 'logs'")).toEqual([ddl])
  expect(() => onAllServers('CREATE VIEW x AS SELECT 1', CLUSTER)).toThrow(/unknown way/)
})

test('an insert that is tried again through the Distributed table changes nothing', () => {
  engine.query(
    'CREATE TABLE once_local (n UInt64, d Date) ENGINE = MergeTree PARTITION BY d ORDER BY n SETTINGS non_replicated_deduplication_window = 100',
  )
  engine.query(`CREATE TABLE once AS once_local ENGINE = Distributed('prod-1', 'clew', 'once_local', cityHash64(n))`)
  const settings = Object.entries({ ...INSERT_SETTINGS, ...clusterInserts(undefined) }).map(([name, value]) =>
    typeof value === 'number' ? `${name} = ${value}` : `${name} = '${value}'`,
  )
  const insert = (token: string, from: number): void =>
    void engine.query(
      `INSERT INTO once SELECT number + ${from}, toDate('2026-01-01') + number % 3 FROM numbers(30000) SETTINGS ${settings.join(', ')}, insert_deduplication_token = '${token}'`,
    )
  insert('segment-1', 0)
  insert('segment-1', 0)
  expect(lines('SELECT count() FROM once')).toEqual(['30000'])
  // It is the token that counts.
  insert('segment-2', 0)
  expect(lines('SELECT count(), uniqExact(n) FROM once')).toEqual(['60000\t30000'])
})
