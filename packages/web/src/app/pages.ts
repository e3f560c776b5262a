import { agentsPages } from '../features/agents/pages.ts'
import { keysPages } from '../features/keys/pages.ts'
import { logsPages } from '../features/logs/pages.ts'
import { metricsPages } from '../features/metrics/pages.ts'
import { pipelinePages } from '../features/pipeline/pages.ts'
import { servicesPages } from '../features/services/pages.ts'
import { tracePages } from '../features/trace/pages.ts'
import { tracesPages } from '../features/traces/pages.ts'
import type { PageDefinition } from '../shell/page-definition.ts'

/** Every page, in sidebar order. A new feature is one folder and one line here. */
export const pages: readonly PageDefinition[] = [
  ...tracesPages,
  ...tracePages,
  ...logsPages,
  ...servicesPages,
  ...metricsPages,
  ...keysPages,
  ...pipelinePages,
  ...agentsPages,
]
