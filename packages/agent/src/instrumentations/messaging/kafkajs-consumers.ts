import { ROOT_CONTEXT, trace, type Context, type Link, type Span } from '@opentelemetry/api'
import type { PluginKit } from '../../plugins/plugin.ts'

/** What upstream's instrumentation makes a consumer's span from. */
interface ConsumerSpanFacts {
  readonly operationType: string
  /** Of a single message: what came with it. Missing for the messages of a batch, whose spans are in that of the batch. */
  readonly ctx?: Context
  /** Of a message of a batch: where it was sent. */
  readonly link?: Link
}

interface KafkaInstrumentation {
  _startConsumerSpan?: (facts: ConsumerSpanFacts) => Span
}

/**
 * Option `consumer` of kafkajs. Unset, `eachMessage` goes on in the sender's trace, and the messages of `eachBatch` have links;
 * `link` and `parent` are the one or the other for both. With `parent` the spans of a batch's messages are in the traces of
 * their senders and have links to the batch, whose span is the current one while the program works on it.
 */
export function consumeAsAsked(
  instrumentation: object,
  { options, report }: Pick<PluginKit, 'options' | 'report'>,
): void {
  const relation = options['consumer']
  if (relation !== 'parent' && relation !== 'link') return
  const holder = instrumentation as KafkaInstrumentation
  const original = holder._startConsumerSpan
  if (original === undefined) {
    report('plugin-failed', 'the option `consumer` of kafkajs has no effect: its instrumentation has changed')
    return
  }
  const start = original.bind(instrumentation)
  holder._startConsumerSpan = (facts) => start(relation === 'link' ? linked(facts) : below(facts))
}

function linked(facts: ConsumerSpanFacts): ConsumerSpanFacts {
  const sender = facts.ctx === undefined ? undefined : trace.getSpanContext(facts.ctx)
  if (facts.ctx === undefined || sender === undefined) return facts
  return { ...facts, ctx: trace.deleteSpan(facts.ctx), link: { context: sender } }
}

function below(facts: ConsumerSpanFacts): ConsumerSpanFacts {
  if (facts.link === undefined) return facts
  const batch = trace.getActiveSpan()?.spanContext()
  const ctx = trace.setSpanContext(ROOT_CONTEXT, facts.link.context)
  const { link: _sender, ...rest } = facts
  return batch === undefined ? { ...rest, ctx } : { ...rest, ctx, link: { context: batch } }
}
