import type { Span, TextMapGetter } from '@opentelemetry/api'
import { reportOnce } from '../../report-once.ts'
import type { PluginKit } from '../../plugins/plugin.ts'
import { traceItems } from './message-loop.ts'
import { MessagingTracer } from './messaging-tracer.ts'

interface SqsMessage {
  readonly MessageId?: string
  readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue?: string } | undefined>>
}

interface Response {
  readonly data?: { readonly Messages?: SqsMessage[] }
  readonly request: { readonly commandName: string; readonly commandInput: { readonly QueueUrl?: string } }
}

const GETTER: TextMapGetter<SqsMessage['MessageAttributes']> = {
  keys: (attributes) => Object.keys(attributes ?? {}),
  get: (attributes, key) => attributes?.[key]?.StringValue,
}

/**
 * Option `consumer` of the AWS SDK, for SQS. Messages are received together, so that is a span with links to where they were
 * sent. With `parent` the work on each message is a span too, in the trace of its sender: whatever the program does while it
 * goes through what it has received with `for … of`, `forEach` or `map`.
 */
export function receiveAsAsked(kit: PluginKit): Readonly<Record<string, unknown>> {
  if (kit.options['consumer'] !== 'parent') return {}
  const tracer = new MessagingTracer('@clew/agent/aws-sqs', 'aws_sqs', kit)
  return {
    responseHook: (_span: Span, { response }: { readonly response: Response }): void => {
      const messages = response.data?.Messages
      if (response.request.commandName !== 'ReceiveMessage' || !Array.isArray(messages)) return
      const destination = response.request.commandInput.QueueUrl?.split('/').at(-1) ?? ''
      traceItems(messages, (message) => {
        try {
          const sender = tracer.extract(message.MessageAttributes, GETTER)
          const more = message.MessageId === undefined ? {} : { 'messaging.message.id': message.MessageId }
          return tracer.process({ destination, operation: 'process', more }, sender)
        } catch (error) {
          reportOnce(`a message could not be traced: ${String(error)}`)
          return undefined
        }
      })
    },
  }
}
