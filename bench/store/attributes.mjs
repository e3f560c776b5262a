// Which form should span attributes have? The same generated spans (12 attributes each: 5 keys that deserve a column, 7
// that do not, of which 2 are int, 1 double, 1 bool) in five forms, on the embedded engine:
//
//   tagged map        one Map(LowCardinality(String), String), non-text values behind a tag byte
//   typed maps        one map each for text, int64, double, bool
//   json              the engine's JSON type (through text)
//   promoted          columns for the 5 keys, tagged map for the rest
//   promoted bucketed the same with bucketed map serialization
//
// usage: node bench/store/attributes.mjs [rows]
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'

const rows = Number(process.argv[2] ?? 2_000_000)
const directory = mkdtempSync(join(tmpdir(), 'clew-attributes-'))
const session = new Session(join(directory, 'db'))
const run = async (sql) => {
  const text = (await session.queryAsync(sql, { format: 'JSONCompact' })).text()
  return text === '' ? undefined : JSON.parse(text)
}

const method = `['GET','POST','PUT','DELETE'][1 + h % 4]`
const route = `concat('/api/v1/resource', toString(h % 97), '/{id}')`
const path = `concat('/api/v1/resource', toString(h % 97), '/', toString(h % 1000003))`
const status = `[200,200,200,200,201,404,500][1 + h % 7]`
const user = `concat('user-', toString(cityHash64(trace) % 50000))`
const pod = `concat('checkout-7d9f-', toString(h % 40))`
const region = `['eu-west-1','us-east-1','ap-south-1'][1 + h % 3]`
const order = `concat('ord-', hex(h))`
const items = `h % 23`
const thread = `h % 64`
const ratio = `(h % 1000) / 8`
const retried = `h % 5 = 0`
const tagInt = (value) => `concat(char(1), toString(${value}))`
const rest = [
  ['k8s.pod.name', pod, 's'],
  ['cloud.region', region, 's'],
  ['order.id', order, 's'],
  ['order.items', items, 'i'],
  ['thread.id', thread, 'i'],
  ['cache.hit_ratio', ratio, 'd'],
  ['request.retried', retried, 'b'],
]
const hot = [
  ['http.request.method', method, 's'],
  ['http.route', route, 's'],
  ['url.path', path, 's'],
  ['http.response.status_code', status, 'i'],
  ['user.id', user, 's'],
]
const tagged = ([key, value, type]) =>
  `'${key}', ${type === 's' ? value : type === 'i' ? tagInt(value) : type === 'd' ? `concat(char(2), toString(${value}))` : `concat(char(3), ${value} ? 'true' : 'false')`}`
const taggedMap = (list) => `CAST(map(${list.map(tagged).join(', ')}), 'Map(LowCardinality(String), String)')`
const typedMap = (type, to, list = [...hot, ...rest]) => {
  const entries = list.filter((entry) => entry[2] === type)
  return `CAST(map(${entries.map(([key, value]) => `'${key}', ${value}`).join(', ')}), 'Map(LowCardinality(String), ${to})')`
}
const json = `toJSONString(CAST(tuple(${[...hot, ...rest].map(([, value]) => value).join(', ')}), 'Tuple(${[
  ...hot,
  ...rest,
]
  .map(([key, , type]) => `\`${key}\` ${{ s: 'String', i: 'Int64', d: 'Float64', b: 'Bool' }[type]}`)
  .join(', ')})'))`

const valueBloom = (expression) => `INDEX b ${expression} TYPE bloom_filter(0.01) GRANULARITY 1`
const hotColumns = `method LowCardinality(String), route LowCardinality(String), path String, status Int64, user String, INDEX u user TYPE bloom_filter(0.01) GRANULARITY 1`
const hotSelect = `${method} method, ${route} route, ${path} path, toInt64(${status}) status, ${user} user`
const promoted = {
  columns: `${hotColumns}, a Map(LowCardinality(String), String), ${valueBloom('mapValues(a)')}`,
  select: `${hotSelect}, ${taggedMap(rest)} a`,
  group: `status`,
  where: `1`,
  rareHot: (value) => `user = '${value}'`,
  rare: (value) => `a['order.id'] = '${value}' AND has(mapValues(a), '${value}')`,
  groupRest: `a['cloud.region']`,
  like: `a['k8s.pod.name'] LIKE '%-39'`,
}
const forms = {
  'tagged map': {
    columns: `a Map(LowCardinality(String), String), ${valueBloom('mapValues(a)')}`,
    select: `${taggedMap([...hot, ...rest])} a`,
    group: `a['http.response.status_code']`,
    rareHot: (value) => `a['user.id'] = '${value}' AND has(mapValues(a), '${value}')`,
    rare: (value) => `a['order.id'] = '${value}' AND has(mapValues(a), '${value}')`,
    groupRest: `a['cloud.region']`,
    like: `a['k8s.pod.name'] LIKE '%-39'`,
  },
  'typed maps': {
    columns: `s Map(LowCardinality(String), String), i Map(LowCardinality(String), Int64), d Map(LowCardinality(String), Float64), b Map(LowCardinality(String), Bool), ${valueBloom('mapValues(s)')}`,
    select: `${typedMap('s', 'String')} s, ${typedMap('i', 'Int64')} i, ${typedMap('d', 'Float64')} d, ${typedMap('b', 'Bool')} b`,
    group: `i['http.response.status_code']`,
    rareHot: (value) => `s['user.id'] = '${value}' AND has(mapValues(s), '${value}')`,
    rare: (value) => `s['order.id'] = '${value}' AND has(mapValues(s), '${value}')`,
    groupRest: `s['cloud.region']`,
    like: `s['k8s.pod.name'] LIKE '%-39'`,
  },
  json: {
    columns: `a JSON(max_dynamic_paths=256)`,
    file: `a String`,
    select: `${json} a`,
    group: `a.http.response.status_code::Int64`,
    rareHot: (value) => `a.user.id.:String = '${value}'`,
    rare: (value) => `a.order.id.:String = '${value}'`,
    groupRest: `a.cloud.region.:String`,
    like: `a.k8s.pod.name.:String LIKE '%-39'`,
  },
  promoted,
  'promoted bucketed': { ...promoted, settings: `, map_serialization_version = 'with_buckets'` },
}

async function timed(sql, times = 3) {
  let best = Infinity
  for (let i = 0; i < times; i++) {
    const start = performance.now()
    await run(sql)
    best = Math.min(best, performance.now() - start)
  }
  return Math.round(best)
}

const results = []
try {
  for (const [name, form] of Object.entries(forms)) {
    const file = join(directory, 'segment.native')
    const source = `SELECT toUInt64(number) n, cityHash64(number) h, toFixedString(unhex(hex(MD5(toString(intDiv(number, 10))))), 16) trace FROM numbers(${rows})`
    await run(
      `INSERT INTO FUNCTION file('${file}', 'Native') SELECT n, trace, ${form.select} FROM (${source}) SETTINGS engine_file_truncate_on_insert = 1, max_threads = 1`,
    )
    await run(
      `CREATE TABLE t (n UInt64, trace FixedString(16), ${form.columns}) ENGINE = MergeTree ORDER BY (intDiv(n, 100000), trace) SETTINGS index_granularity = 8192${form.settings ?? ''}`,
    )
    const start = performance.now()
    await run(`INSERT INTO t SELECT * FROM file('${file}', 'Native') SETTINGS max_insert_threads = 1`)
    const insertS = (performance.now() - start) / 1000
    await run('OPTIMIZE TABLE t FINAL')
    const [[bytes]] = (
      await run(
        `SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 't' AND database = currentDatabase()`,
      )
    ).data
    const [[order_, user_]] = (await run(`SELECT ${order}, ${user} FROM (${source}) WHERE n = ${Math.floor(rows / 3)}`))
      .data
    results.push({
      form: name,
      'segment bytes/span': Math.round(statSync(file).size / rows),
      'insert s': insertS.toFixed(1),
      'stored bytes/span': (bytes / rows).toFixed(1),
      'rare hot ms': await timed(`SELECT count() FROM t WHERE ${form.rareHot(user_)}`),
      'rare value ms': await timed(`SELECT count() FROM t WHERE ${form.rare(order_)}`),
      'group hot ms': await timed(`SELECT ${form.group} k, count() FROM t GROUP BY k`),
      'group other ms': await timed(`SELECT ${form.groupRest} k, count() FROM t GROUP BY k`),
      'like ms': await timed(`SELECT count() FROM t WHERE ${form.like}`),
    })
    await run('DROP TABLE t SYNC')
  }
  console.log(`${rows} spans, 12 attributes; ${cpus().length} × ${cpus()[0].model}, Node ${process.version}`)
  console.table(results)
} finally {
  session.close()
  rmSync(directory, { recursive: true, force: true })
}
