import type { PageDefinition } from '../../shell/page-definition.ts'

export const servicesPages: readonly PageDefinition[] = [
  {
    path: '/services',
    nav: { title: 'Services', icon: 'services', key: 's' },
    load: () => import('./services-page.tsx').then((module) => module.ServicesPage),
  },
  { path: '/services/$service', load: () => import('./service-page.tsx').then((module) => module.ServicePage) },
]
