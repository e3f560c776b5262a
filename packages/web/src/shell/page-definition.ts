import type { ComponentType } from 'react'
import type { IconName } from '../ui/icon.tsx'

/** A page as data. Each feature exports its own from `features/<name>/pages.ts`; `app/pages.ts` lists them. */
export interface PageDefinition {
  /** Path with `$name` parameters, for example `/traces/$traceId`. */
  readonly path: string
  /** Present for pages in the sidebar. */
  readonly nav?: {
    readonly title: string
    readonly icon: IconName
    /** Second key after `g`. */
    readonly key: string
  }
  /** A chunk of its own: `() => import('./logs-page.tsx').then((module) => module.LogsPage)`. */
  readonly load: () => Promise<ComponentType>
}
