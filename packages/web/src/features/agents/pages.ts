import type { PageDefinition } from '../../shell/page-definition.ts'

export const agentsPages: readonly PageDefinition[] = [
  {
    path: '/agents',
    nav: { title: 'Agents', icon: 'monitor', key: 'a' },
    load: () => import('./agents-page.tsx').then((module) => module.AgentsPage),
  },
]
