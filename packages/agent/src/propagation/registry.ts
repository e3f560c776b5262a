import type { TextMapPropagator } from '@opentelemetry/api'
import { B3MultiPropagator } from './b3-multi-propagator.ts'
import { B3SinglePropagator } from './b3-single-propagator.ts'
import { BaggagePropagator } from './baggage-propagator.ts'
import { DatadogPropagator } from './datadog-propagator.ts'
import { EagleEyePropagator } from './eagleeye-propagator.ts'
import { JaegerPropagator } from './jaeger-propagator.ts'
import { OtTracePropagator } from './ottrace-propagator.ts'
import { SkyWalkingPropagator, type SkyWalkingOptions } from './skywalking-propagator.ts'
import { TraceContextPropagator } from './trace-context-propagator.ts'
import { XRayPropagator } from './xray-propagator.ts'

/** Every format by its name in OTEL_PROPAGATORS: the specification's, then ours. */
export const PROPAGATORS: ReadonlyMap<string, (options: SkyWalkingOptions) => TextMapPropagator> = new Map<
  string,
  (options: SkyWalkingOptions) => TextMapPropagator
>([
  ['tracecontext', () => new TraceContextPropagator()],
  ['baggage', () => new BaggagePropagator()],
  ['b3', () => new B3SinglePropagator()],
  ['b3multi', () => new B3MultiPropagator()],
  ['jaeger', () => new JaegerPropagator()],
  ['xray', () => new XRayPropagator()],
  ['ottrace', () => new OtTracePropagator()],
  ['datadog', () => new DatadogPropagator()],
  ['skywalking', (options) => new SkyWalkingPropagator(options)],
  ['eagleeye', () => new EagleEyePropagator()],
])
