import type { PageDefinition } from '../../shell/page-definition.ts'

export const tracesPages: readonly PageDefinition[] = [
  {
    path: '/traces',
    nav: { title: 'Traces', icon: 'traces', key: 't' },
    load: () => import('./traces-page.tsx').then((module) => module.TracesPage),
  },
]
