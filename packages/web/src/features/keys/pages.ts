import type { PageDefinition } from '../../shell/page-definition.ts'

export const keysPages: readonly PageDefinition[] = [
  {
    path: '/attributes',
    nav: { title: 'Attributes', icon: 'table', key: 'a' },
    load: () => import('./keys-page.tsx').then((module) => module.KeysPage),
  },
]
