import type { PageDefinition } from '../../shell/page-definition.ts'

export const logsPages: readonly PageDefinition[] = [
  {
    path: '/logs',
    nav: { title: 'Logs', icon: 'logs', key: 'l' },
    load: () => import('./logs-page.tsx').then((module) => module.LogsPage),
  },
]
