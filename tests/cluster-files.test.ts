import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Session } from 'chdb'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { environmentName } from '../packages/cli/src/config/setting-names.ts'
import { loadSettings } from '../packages/cli/src/config/load-settings.ts'
import { SETTING_KEYS } from '../packages/cli/src/config/settings.ts'
import { parseClickHouseUrl } from '@clew/store/driver/clickhouse-url'

/*
 * The files of examples/cluster fit each other and Clew: names, ports, settings. What only Docker or Kubernetes could say is not
 * checked here; docs/cluster.md says so.
 */
type Json = ReturnType<typeof JSON.parse>

const folder = fileURLToPath(new URL('../examples/cluster/', import.meta.url))
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

function documents(name: string): Json[] {
  return parseAllDocuments(read(name), { merge: true }).map((document) => {
    expect(document.errors, name).toEqual([])
    return document.toJS() as Json
  })
}

const known = new Set(SETTING_KEYS.map(environmentName))
/** What stands in for a secret. */
const SECRET = 'a-secret-of-more-than-twenty-characters'

/** Settings as Clew reads them from these variables; fails on a name it does not know. */
function settingsOf(environment: Record<string, string>): ReturnType<typeof loadSettings> {
  for (const name of Object.keys(environment)) {
    expect(name).toMatch(/^CLEW_/)
    expect(known).toContain(name)
  }
  return loadSettings({ flags: {}, environment: { ...environment, HOME: '/nowhere' }, cwd: '/' })
}

/** What the Dockerfile says, by instruction. */
function dockerfile(instruction: string): string[] {
  return [...read('Dockerfile').matchAll(new RegExp(`^${instruction} (.+)$`, 'gm'))].map((match) => match[1]!)
}

/** Hosts of a kind of element in one of the XML files. */
function hosts(file: string, tag: string): string[] {
  return [...read(file).matchAll(new RegExp(`<${tag}>([^<]+)</${tag}>`, 'g'))].map((match) => match[1]!)
}

test('a server makes of cluster.xml what Clew expects of it: shards, replicas, macros, a disk for backups', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'clew-cluster-files-'))
  process.env['CLICKHOUSE_SHARD'] = '2'
  process.env['CLICKHOUSE_REPLICA'] = '1'
  process.env['CLICKHOUSE_CLUSTER_SECRET'] = 'secret'
  const engine = new Session(directory, { connectionArgs: [`--config-file=${join(folder, 'clickhouse/cluster.xml')}`] })
  try {
    const lines = (query: string): string[] => engine.query(query, 'TSVRaw').trim().split('\n')
    expect(
      lines(
        "SELECT shard_num, replica_num, host_name, port, internal_replication FROM system.clusters WHERE cluster = 'clew' ORDER BY ALL",
      ),
    ).toEqual([
      '1\t1\tclickhouse-0.clickhouse\t9000\t1',
      '1\t2\tclickhouse-1.clickhouse\t9000\t1',
      '2\t1\tclickhouse-2.clickhouse\t9000\t1',
      '2\t2\tclickhouse-3.clickhouse\t9000\t1',
    ])
    expect(lines('SELECT macro, substitution FROM system.macros ORDER BY macro')).toEqual(['replica\t1', 'shard\t2'])
    expect(lines('SELECT name FROM system.disks')).toContain('backups')
  } finally {
    engine.close()
    await rm(directory, { recursive: true, force: true })
  }
})

test('the Keepers know each other by the names under which the servers look for them', () => {
  expect(hosts('clickhouse/keeper.xml', 'hostname')).toEqual(['keeper-0.keeper', 'keeper-1.keeper', 'keeper-2.keeper'])
  const inZookeeper = read('clickhouse/cluster.xml').split('<zookeeper>')[1]!
  for (const host of hosts('clickhouse/keeper.xml', 'hostname')) expect(inZookeeper).toContain(`<host>${host}</host>`)
  const [port] = hosts('clickhouse/keeper.xml', 'tcp_port')
  expect(inZookeeper.match(/<port>(\d+)<\/port>/g)).toEqual([1, 2, 3].map(() => `<port>${port}</port>`))
})

test('the image runs the command of this repository as the user that the manifests name, on a Node that Clew takes', () => {
  const [entry = '', ...more] = dockerfile('ENTRYPOINT')
  expect(more).toEqual([])
  const [node, command = ''] = JSON.parse(entry) as string[]
  expect(node).toBe('node')
  const [, from, to] = /--from=build --chown=node:node (\S+) (\S+)$/.exec(dockerfile('COPY').at(-1)!) ?? []
  expect([from, to]).toEqual(dockerfile('WORKDIR'))
  expect(command.startsWith(`${to}/`)).toBe(true)
  expect(existsSync(join(folder, '../..', command.slice(to!.length)))).toBe(true)
  expect(dockerfile('USER')).toEqual(['node'])
  // What the build needs is not left out of its context.
  const ignored = read('Dockerfile.dockerignore').trim().split('\n')
  expect(ignored).toEqual(['**/node_modules', '**/dist', '.git', '.cache', 'coverage'])
  const verbs = dockerfile('RUN')[0]!
    .split(' && ')
    .map((each) => each.replace('npm run ', ''))
  const { scripts } = JSON.parse(readFileSync(join(folder, '../../package.json'), 'utf8')) as Json
  expect(verbs).toEqual(['npm ci', 'build'])
  expect(scripts).toHaveProperty('build')
  const settings = settingsOf({})
  expect(dockerfile('EXPOSE')[0]!.split(' ').map(Number)).toEqual([
    settings.otlpGrpcPort,
    settings.otlpHttpPort,
    settings.port,
  ])
})

describe('compose.yaml', () => {
  const [compose] = documents('compose.yaml') as [Json]
  const services = compose.services as Record<string, Json>
  const aliases = Object.values(services).flatMap((service) => (service.networks?.default?.aliases ?? []) as string[])

  test('every host that a configuration names is there, with its own shard and replica', () => {
    for (const host of [...hosts('clickhouse/cluster.xml', 'host'), ...hosts('clickhouse/keeper.xml', 'hostname')])
      expect(aliases).toContain(host)
    const macros = Object.entries(services)
      .filter(([name]) => name.startsWith('clickhouse-'))
      .map(([, { environment }]) => `${environment.CLICKHOUSE_SHARD}/${environment.CLICKHOUSE_REPLICA}`)
    expect(macros).toEqual(['1/1', '1/2', '2/1', '2/2'])
  })

  test('the nodes of Clew have settings that Clew knows, a directory each, and ports that it listens on', () => {
    const nodes = Object.entries(services).filter(([name]) => name.startsWith('clew-'))
    expect(nodes).toHaveLength(2)
    for (const [name, service] of nodes) {
      const environment = Object.fromEntries(
        Object.entries(service.environment as Record<string, string>).map(([key, value]) => [
          key,
          value.replace(/\$\{\w+:\?\}/, SECRET),
        ]),
      )
      const settings = settingsOf(environment)
      const { cluster, url } = parseClickHouseUrl(settings.store)
      expect(read('clickhouse/cluster.xml')).toContain(`<${cluster}>`)
      expect(aliases).toContain(new URL(url).hostname)
      const ports = (service.ports as string[]).map((port) => Number(port.split(':')[1]))
      expect(ports).toEqual([settings.otlpGrpcPort, settings.otlpHttpPort, settings.port])
      expect(service.volumes).toEqual([`${name}:/data`])
      expect(Object.keys(service.depends_on as object).every((each) => each in services)).toBe(true)
    }
    const published = nodes.flatMap(([, { ports }]) => (ports as string[]).map((port) => port.split(':')[0]))
    expect(new Set(published).size).toBe(published.length)
  })

  test('every volume and file that is mounted exists', () => {
    for (const service of Object.values(services)) {
      for (const volume of service.volumes as string[]) {
        const [source = ''] = volume.split(':')
        if (source.startsWith('./')) expect(read(source.slice(2)).length).toBeGreaterThan(0)
        else expect(Object.keys(compose.volumes as object)).toContain(source)
      }
    }
  })
})

describe('Kubernetes', () => {
  const [kustomization] = documents('kustomization.yaml') as [Json]
  const objects = (kustomization.resources as string[]).flatMap(documents)
  const ofKind = (kind: string): Json[] => objects.filter((object) => object.kind === kind)
  const workloads = [...ofKind('StatefulSet'), ...ofKind('Deployment')]
  const containerOf = (workload: Json): Json => workload.spec.template.spec.containers[0]
  const podsOf = (selector: Record<string, string>): Json[] =>
    workloads.filter((workload) =>
      Object.entries(selector).every(([key, value]) => workload.spec.template.metadata.labels[key] === value),
    )

  test('every object has a kind, an API and a name of its own', () => {
    for (const object of objects)
      expect([typeof object.apiVersion, typeof object.kind, typeof object.metadata.name]).toEqual([
        'string',
        'string',
        'string',
      ])
    const names = objects.map((object) => `${object.kind}/${object.metadata.name}`)
    expect(new Set(names).size).toBe(names.length)
  })

  test('services lead to pods and to ports that these have', () => {
    for (const service of ofKind('Service')) {
      const pods = podsOf(service.spec.selector)
      expect(pods, service.metadata.name).not.toHaveLength(0)
      for (const pod of pods) {
        const ports = new Map((containerOf(pod).ports as Json[]).map((port) => [port.name, port.containerPort]))
        for (const { port, targetPort } of service.spec.ports as Json[]) expect(ports.get(targetPort)).toBe(port)
      }
    }
    for (const budget of ofKind('PodDisruptionBudget')) expect(podsOf(budget.spec.selector.matchLabels)).toHaveLength(1)
  })

  test('workloads select their own pods; probes, mounts and claims name what is there', () => {
    for (const workload of workloads) {
      const { template, selector, volumeClaimTemplates = [], serviceName } = workload.spec
      expect(template.metadata.labels).toMatchObject(selector.matchLabels)
      if (workload.kind === 'StatefulSet')
        expect(ofKind('Service').map((service) => service.metadata.name)).toContain(serviceName)
      const container = containerOf(workload)
      const ports = (container.ports as Json[]).map((port) => port.name)
      for (const probe of [container.readinessProbe, container.livenessProbe].filter((each) => each !== undefined))
        expect(ports).toContain((probe.httpGet ?? probe.tcpSocket).port)
      const volumes = [...(template.spec.volumes ?? []), ...volumeClaimTemplates].map(
        (volume: Json) => volume.name ?? volume.metadata.name,
      )
      for (const mount of container.volumeMounts as Json[]) expect(volumes).toContain(mount.name)
      for (const volume of (template.spec.volumes ?? []) as Json[]) {
        if (volume.configMap !== undefined)
          expect((kustomization.configMapGenerator as Json[]).map((map) => map.name)).toContain(volume.configMap.name)
      }
    }
    for (const { files } of kustomization.configMapGenerator as Json[])
      for (const file of files as string[]) expect(read(file.split('=')[1]!).length).toBeGreaterThan(0)
  })

  test('the servers that cluster.xml and keeper.xml name are the pods there are', () => {
    const pods = ofKind('StatefulSet').flatMap((set) =>
      Array.from(
        { length: set.spec.replicas as number },
        (_, i) => `${set.metadata.name}-${i}.${set.spec.serviceName}`,
      ),
    )
    for (const host of [...hosts('clickhouse/cluster.xml', 'host'), ...hosts('clickhouse/keeper.xml', 'hostname')])
      expect(pods).toContain(host)
  })

  test('the nodes of Clew have settings that Clew knows; ingest nodes keep their disk, query nodes take no telemetry', () => {
    const secret = read('k8s/namespace.yaml')
    const [store = ''] = /clickhouse:\/\/[^']+/.exec(secret) ?? []
    const nodes = workloads.filter((workload) => workload.metadata.name.startsWith('clew-'))
    expect(nodes).toHaveLength(2)
    for (const workload of nodes) {
      const container = containerOf(workload)
      expect(container.args).toEqual(['up'])
      const environment: Record<string, string> = {}
      for (const { name, value, valueFrom } of container.env as Json[]) {
        environment[name as string] = name === 'CLEW_STORE' ? store : ((value ?? SECRET) as string)
        if (valueFrom !== undefined) expect(secret).toContain(`${valueFrom.secretKeyRef.key}=`)
      }
      const settings = settingsOf(environment)
      const { cluster, url } = parseClickHouseUrl(settings.store)
      expect(read('clickhouse/cluster.xml')).toContain(`<${cluster}>`)
      expect(ofKind('Service').map((service) => service.metadata.name)).toContain(new URL(url).hostname)
      expect(container.volumeMounts[0].mountPath).toBe(settings.dataDir)
      const ports = Object.fromEntries((container.ports as Json[]).map((port) => [port.name, port.containerPort]))
      expect(ports.ui).toBe(settings.port)
      const isIngest = workload.metadata.name === 'clew-ingest'
      expect([ports['otlp-grpc'], ports['otlp-http']]).toEqual(
        isIngest ? [settings.otlpGrpcPort, settings.otlpHttpPort] : [undefined, undefined],
      )
      expect(workload.spec.volumeClaimTemplates?.length ?? 0).toBe(isIngest ? 1 : 0)
      if (!isIngest) {
        // Browsers come here, by the names of the Service, and each request may reach another pod.
        expect(environment).toHaveProperty('CLEW_SESSION_KEY')
        const [service] = ofKind('Service').filter((each) => podsOf(each.spec.selector).includes(workload))
        const name = service.metadata.name as string
        const inNamespace = `${name}.${kustomization.namespace as string}`
        expect(settings.allowedHosts).toEqual([
          name,
          inNamespace,
          `${inNamespace}.svc`,
          `${inNamespace}.svc.cluster.local`,
        ])
      }
      const grace = (workload.spec.template.spec.terminationGracePeriodSeconds ?? 30) as number
      expect(grace * 1000).toBeGreaterThan(settings.shutdownTimeout)
    }
  })
})
