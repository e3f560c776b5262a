import type { PageDefinition } from '../../shell/page-definition.ts'

export const metricsPages: readonly PageDefinition[] = [
  {
    // Not /metrics: there the server has its own figures for Prometheus.
    path: '/explore/metrics',
    nav: { title: 'Metrics', icon: 'metrics', key: 'm' },
    load: () => import('./metrics-page.tsx').then((module) => module.MetricsPage),
  },
]
