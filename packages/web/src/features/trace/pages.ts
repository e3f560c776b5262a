import type { PageDefinition } from '../../shell/page-definition.ts'

export const tracePages: readonly PageDefinition[] = [
  { path: '/traces/$traceId', load: () => import('./trace-page.tsx').then((module) => module.TracePage) },
]
