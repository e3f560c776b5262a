import type { PageDefinition } from '../../shell/page-definition.ts'

export const pipelinePages: readonly PageDefinition[] = [
  {
    path: '/pipeline',
    nav: { title: 'Pipeline', icon: 'pipeline', key: 'p' },
    load: () => import('./pipeline-page.tsx').then((module) => module.PipelinePage),
  },
]
