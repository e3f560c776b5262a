import { lazy, Suspense } from 'react'
import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router'
import { PageLink } from '../shell/page-link.tsx'
import { parseSearchText, searchText } from '../shell/url-state.ts'
import { EmptyState, ErrorState, LoadingState } from '../ui/states.tsx'
import { Layout } from './layout.tsx'
import { pages } from './pages.ts'
import type { PageDefinition } from '../shell/page-definition.ts'

const rootRoute = createRootRoute({
  component: Layout,
  notFoundComponent: () => (
    <EmptyState title="There is no such page">
      <PageLink href="/traces">Go to traces</PageLink>
    </EmptyState>
  ),
})

const home = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/traces' as string })
  },
})

function pageRoute(page: PageDefinition) {
  const Content = lazy(() => page.load().then((component) => ({ default: component })))
  return createRoute({
    getParentRoute: () => rootRoute,
    path: page.path,
    component: () => (
      <Suspense fallback={<LoadingState />}>
        <Content />
      </Suspense>
    ),
  })
}

/** Search parameters are flat text; each feature's `url.ts` gives them meaning. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([home, ...pages.map(pageRoute)]),
  parseSearch: parseSearchText,
  stringifySearch: searchText,
  defaultErrorComponent: ({ error, reset }) => <ErrorState error={error} onRetry={reset} />,
  scrollRestoration: false,
})
