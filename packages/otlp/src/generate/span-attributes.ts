import type { PlainValue } from './attributes-of.ts'
import type { Random } from './random.ts'
import { SHOP, type Step } from './shop-topology.ts'

/** Plain attributes of one span. */
export type Attributes = Record<string, PlainValue>

/** What all spans of a trace share. */
export interface TraceContext {
  readonly random: Random
  readonly userId: string
  readonly sessionId: string
  readonly orderId: string
  readonly clientAddress: string
  readonly userAgent: string
}

const USER_AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.3 Safari/605.1.15',
  'shop-app/7.2 (iOS 18.4)',
  'okhttp/5.1.0',
]

/** Draws the values that a trace's spans share: users and sessions come again, orders do not. */
export function traceContext(random: Random): TraceContext {
  return {
    random,
    userId: `u-${random.between(1, 50_000)}`,
    sessionId: random.hex(8),
    orderId: random.hex(8),
    clientAddress: `198.51.${random.between(0, 255)}.${random.between(1, 254)}`,
    userAgent: random.pick(USER_AGENTS),
  }
}

function address(service: string): string {
  return `10.4.${service.length}.${SHOP[service]!.port % 250}`
}

function thread(context: TraceContext): Attributes {
  const id = context.random.between(1, 16)
  return { 'thread.id': id, 'thread.name': `http-nio-8080-exec-${id}` }
}

/** HTTP server span, 12 attributes. */
export function httpServer(context: TraceContext, service: string, name: string, status: number): Attributes {
  const [method = '', route = ''] = name.split(' ')
  return {
    'http.request.method': method,
    'http.route': route,
    'url.path': route.replace('{id}', context.orderId),
    'url.scheme': 'http',
    'server.address': `${service}.shop.svc.cluster.local`,
    'server.port': SHOP[service]!.port,
    'http.response.status_code': status,
    'network.protocol.version': '1.1',
    'user_agent.original': context.userAgent,
    'client.address': context.clientAddress,
    'user.id': context.userId,
    'session.id': context.sessionId,
  }
}

/** HTTP client span, 12 attributes. */
export function httpClient(context: TraceContext, target: string, name: string, status: number): Attributes {
  const [method = '', route = ''] = name.split(' ')
  const port = SHOP[target]!.port
  return {
    'http.request.method': method,
    'url.full': `http://${target}.shop.svc.cluster.local:${port}${route.replace('{id}', context.orderId)}`,
    'server.address': `${target}.shop.svc.cluster.local`,
    'server.port': port,
    'http.response.status_code': status,
    'network.protocol.version': '1.1',
    'network.peer.address': address(target),
    'network.peer.port': port,
    'http.request.body.size': context.random.between(0, 900),
    'http.response.body.size': context.random.between(80, 20_000),
    'user.id': context.userId,
    'session.id': context.sessionId,
  }
}

/** gRPC span of either side, 12 attributes. */
export function rpc(context: TraceContext, target: string, name: string, failed: boolean): Attributes {
  const [service = '', method = ''] = name.split('/')
  return {
    'rpc.system': 'grpc',
    'rpc.service': `shop.v1.${service}`,
    'rpc.method': method,
    'rpc.grpc.status_code': failed ? 13 : 0,
    'server.address': `${target}.shop.svc.cluster.local`,
    'server.port': SHOP[target]!.port,
    'network.peer.address': address(target),
    'network.transport': 'tcp',
    ...thread(context),
    'user.id': context.userId,
    'session.id': context.sessionId,
  }
}

/** Database client span, 12 attributes. */
export function sqlClient(context: TraceContext, service: string, step: Step & { kind: 'sql' }): Attributes {
  const { random } = context
  return {
    'db.system.name': 'postgresql',
    'db.namespace': service,
    'db.operation.name': step.summary.split(' ')[0]!,
    'db.collection.name': step.table,
    'db.query.text': step.text,
    'db.query.summary': step.summary,
    'server.address': 'pg-main.shop.svc.cluster.local',
    'server.port': 5432,
    'network.peer.address': '10.4.9.21',
    'db.response.returned_rows': random.between(0, 40),
    ...thread(context),
  }
}

/** Cache client span, 12 attributes. */
export function cacheClient(context: TraceContext, command: string, key: string): Attributes {
  return {
    'db.system.name': 'redis',
    'db.namespace': '0',
    'db.operation.name': command,
    'db.query.text': `${command} ${key}`,
    'server.address': 'redis.shop.svc.cluster.local',
    'server.port': 6379,
    'network.peer.address': '10.4.9.33',
    'network.peer.port': 6379,
    'network.transport': 'tcp',
    'cache.hit': context.random.chance(0.8),
    ...thread(context),
  }
}

/** Queue producer or consumer span, 12 attributes. */
export function messaging(context: TraceContext, topic: string, operation: 'send' | 'process'): Attributes {
  const { random } = context
  return {
    'messaging.system': 'kafka',
    'messaging.destination.name': topic,
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.destination.partition.id': String(random.between(0, 11)),
    'messaging.kafka.offset': random.between(1_000_000, 90_000_000),
    'messaging.message.body.size': random.between(200, 2_000),
    'messaging.client.id': `shop-${operation}-${random.between(1, 4)}`,
    'server.address': 'kafka.shop.svc.cluster.local',
    'server.port': 9092,
    'order.id': context.orderId,
    'user.id': context.userId,
  }
}

/** Internal span, 12 attributes. */
export function internal(context: TraceContext, service: string, name: string): Attributes {
  const { random } = context
  const fn = name.replace(/ (\w)/g, (_, letter: string) => letter.toUpperCase())
  return {
    'code.function.name': fn,
    'code.file.path': `/srv/app/${service}/dist/handlers/${fn}.js`,
    'code.line.number': random.between(10, 400),
    ...thread(context),
    'user.id': context.userId,
    'session.id': context.sessionId,
    'app.items': random.between(1, 24),
    'app.score': Math.round(random.fraction() * 1e6) / 1e6,
    'app.variant': random.pick(['a', 'b', 'control']),
    'app.cached': random.chance(0.5),
    'app.region': random.pick(['eu-central', 'eu-west', 'us-east']),
  }
}
