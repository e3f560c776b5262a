import type { Attributes } from '@opentelemetry/api'

/** What an event of any source may have, as far as it is looked at. */
export interface LambdaEvent {
  readonly headers?: Readonly<Record<string, unknown>> | null
  readonly multiValueHeaders?: Readonly<Record<string, unknown>> | null
  readonly httpMethod?: string
  readonly path?: string
  readonly rawPath?: string
  readonly resource?: string
  readonly routeKey?: string
  readonly requestContext?: {
    readonly http?: { readonly method?: string; readonly path?: string }
    readonly elb?: unknown
    readonly resourcePath?: string
    readonly stage?: string
  }
  readonly source?: string
  readonly 'detail-type'?: string
  readonly Records?: readonly LambdaRecord[]
}

/** One of the messages of an event. */
export interface LambdaRecord {
  readonly eventSource?: string
  readonly EventSource?: string
  readonly eventSourceARN?: string
  readonly messageId?: string
  readonly attributes?: { readonly AWSTraceHeader?: string }
  readonly messageAttributes?: Readonly<Record<string, { readonly stringValue?: string } | undefined>>
  readonly Sns?: {
    readonly TopicArn?: string
    readonly MessageId?: string
    readonly MessageAttributes?: Readonly<Record<string, { readonly Value?: string } | undefined>>
  }
}

/** An event as an object; undefined for what is none, which a handler may be given too. */
export function eventOf(event: unknown): LambdaEvent | undefined {
  return typeof event === 'object' && event !== null && !Array.isArray(event) ? event : undefined
}

/** Headers of a request by lower-case names, of API Gateway (both versions), a load balancer or a function URL. */
export function headersOf(event: LambdaEvent | undefined): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(event?.multiValueHeaders ?? {})) {
    if (Array.isArray(value)) headers[name.toLowerCase()] = value.join(',')
  }
  for (const [name, value] of Object.entries(event?.headers ?? {})) {
    if (typeof value === 'string') headers[name.toLowerCase()] ??= value
  }
  return headers
}

const QUEUES: Readonly<Record<string, { readonly trigger: string; readonly system?: string }>> = {
  'aws:sqs': { trigger: 'pubsub', system: 'aws_sqs' },
  'aws:sns': { trigger: 'pubsub', system: 'aws.sns' },
  'aws:kinesis': { trigger: 'pubsub', system: 'aws_kinesis' },
  'aws:s3': { trigger: 'datasource' },
  'aws:dynamodb': { trigger: 'datasource' },
}

/** What has triggered the function, where its records come from, and which. */
export interface Trigger {
  readonly trigger: string
  /** Messages, of a messaging system. */
  readonly messages?: {
    readonly system: string
    readonly destination: string
    readonly records: readonly LambdaRecord[]
  }
}

/** Semantic conventions for FaaS: `faas.trigger`. */
export function triggerOf(event: LambdaEvent | undefined): Trigger {
  const records = Array.isArray(event?.Records) ? (event.Records as readonly LambdaRecord[]) : []
  const [first] = records
  const known = QUEUES[first?.eventSource ?? first?.EventSource ?? '']
  if (known !== undefined) {
    const { trigger, system } = known
    if (system === undefined) return { trigger }
    const arn = first?.eventSourceARN ?? first?.Sns?.TopicArn ?? ''
    return { trigger, messages: { system, destination: arn.split(/[:/]/).at(-1) ?? '', records } }
  }
  if (event?.httpMethod !== undefined || event?.requestContext?.http !== undefined) return { trigger: 'http' }
  return { trigger: event?.['detail-type'] === 'Scheduled Event' ? 'timer' : 'other' }
}

/** The request as the semantic conventions for HTTP servers describe it. */
export function requestAttributes(event: LambdaEvent, headers: Readonly<Record<string, string>>): Attributes {
  const { requestContext, httpMethod, path, rawPath, routeKey, resource } = event
  const attributes: Attributes = {}
  const set = (key: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') attributes[key] = value
  }
  set('http.request.method', requestContext?.http?.method ?? httpMethod)
  set('url.path', rawPath ?? path)
  set('url.scheme', headers['x-forwarded-proto'])
  set('server.address', headers['host'])
  set('user_agent.original', headers['user-agent'])
  set('client.address', headers['x-forwarded-for']?.split(',', 1)[0]?.trim())
  set('http.route', resource ?? (routeKey === '$default' ? undefined : routeKey?.replace(/^\S+ /, '')))
  return attributes
}
