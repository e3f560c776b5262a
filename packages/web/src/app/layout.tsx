import { useState } from 'react'
import { Outlet, useLocation } from '@tanstack/react-router'
import { getStatus } from '@clew/contract/status'
import { useSession, useSignOut } from '../api/session.ts'
import { useEndpoint } from '../api/use-endpoint.ts'
import { Announcer } from '../shell/announcer.tsx'
import { useCommands, type Command } from '../shell/commands.ts'
import { useGo } from '../shell/go.ts'
import { PageLink } from '../shell/page-link.tsx'
import { usePreferences, type Preferences } from '../shell/preferences.ts'
import { useTimeRange } from '../shell/time-range.ts'
import { useHotkeys } from '../shell/use-hotkeys.ts'
import { pageHref } from '../shell/url-state.ts'
import { IconButton } from '../ui/button.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Tooltip } from '../ui/tooltip.tsx'
import { classNames } from '../ui/class-names.ts'
import { ErrorBoundary } from '../ui/panel.tsx'
import { CommandPalette } from './command-palette.tsx'
import { KeySheet } from './key-sheet.tsx'
import { Mark } from './mark.tsx'
import { pages } from './pages.ts'
import styles from './layout.module.css'

const NEXT_THEME = { system: 'dark', dark: 'light', light: 'system' } as const
const THEME_ICONS: Record<Preferences['theme'], IconName> = { system: 'monitor', dark: 'moon', light: 'sun' }

/** The frame around every page: sidebar, content, palette, key sheet, live region. */
export function Layout() {
  const [layer, setLayer] = useState<'none' | 'palette' | 'keys'>('none')
  const preferences = usePreferences()
  const open = preferences.sidebar === 'open'
  const nextTheme = NEXT_THEME[preferences.theme]
  const caller = useSession().data?.caller ?? null
  const leave = useSignOut()
  const toggleSidebar = (): void => preferences.set({ sidebar: open ? 'closed' : 'open' })
  useHotkeys()
  useCommands([
    ...usePageCommands(),
    {
      id: 'palette',
      title: 'Open the command palette',
      section: 'General',
      hotkey: 'mod+k',
      run: () => setLayer('palette'),
    },
    { id: 'keys', title: 'Show all keys', section: 'General', hotkey: '?', run: () => setLayer('keys') },
    {
      id: 'theme',
      title: `Switch to ${nextTheme} theme`,
      section: 'General',
      keywords: 'dark light colour',
      run: () => preferences.set({ theme: nextTheme }),
    },
    {
      id: 'density',
      title: preferences.density === 'compact' ? 'Use comfortable rows' : 'Use compact rows',
      section: 'General',
      keywords: 'density',
      run: () => preferences.set({ density: preferences.density === 'compact' ? 'comfortable' : 'compact' }),
    },
    {
      id: 'sidebar',
      title: open ? 'Fold the sidebar' : 'Unfold the sidebar',
      section: 'General',
      hotkey: 'mod+b',
      run: toggleSidebar,
    },
    ...(caller === null ? [] : [{ id: 'sign-out', title: 'Sign out', section: 'General', run: leave }]),
  ])
  return (
    <div className={classNames(styles.frame, !open && styles.folded)}>
      <a className={styles.skip} href="#main">
        Skip to content
      </a>
      <nav className={styles.sidebar} aria-label="Pages">
        <div className={styles.brand}>
          <Mark />
          {open && <span>Clew</span>}
        </div>
        <NavLinks open={open} />
        <div className={styles.bottom}>
          <ServerState open={open} />
          <div className={styles.tools}>
            <IconButton icon="search" label="Command palette" keys="Ctrl K" onClick={() => setLayer('palette')} />
            <IconButton icon="keyboard" label="Keys" keys="?" onClick={() => setLayer('keys')} />
            <IconButton
              icon={THEME_ICONS[preferences.theme]}
              label={`Theme: ${preferences.theme}`}
              onClick={() => preferences.set({ theme: nextTheme })}
            />
            <IconButton
              icon="sidebar"
              label={open ? 'Fold the sidebar' : 'Unfold the sidebar'}
              keys="Ctrl B"
              onClick={toggleSidebar}
            />
            {caller !== null && (
              <IconButton
                icon="leave"
                label={`Sign out (${caller.name}, may ${caller.scopes.join(', ')})`}
                onClick={leave}
              />
            )}
          </div>
        </div>
      </nav>
      <main className={styles.main} id="main" tabIndex={-1}>
        <ErrorBoundary key={useLocation({ select: (location) => location.pathname })}>
          <Outlet />
        </ErrorBoundary>
      </main>
      {layer === 'palette' && <CommandPalette onClose={() => setLayer('none')} />}
      <KeySheet open={layer === 'keys'} onClose={() => setLayer('none')} />
      <Announcer />
    </div>
  )
}

function usePageCommands(): Command[] {
  const go = useGo()
  const range = useTimeRange()
  return pages.flatMap(({ path, nav }) =>
    nav === undefined
      ? []
      : [
          {
            id: `page.${path}`,
            title: `Go to ${nav.title.toLowerCase()}`,
            section: 'Pages',
            hotkey: `g ${nav.key}`,
            run: () => go(pageHref(path, range.search)),
          },
        ],
  )
}

function NavLinks({ open }: { open: boolean }) {
  const path = useLocation({ select: (location) => location.pathname })
  const range = useTimeRange()
  return (
    <ul className={styles.links}>
      {pages.map(({ path: target, nav }) => {
        if (nav === undefined) return null
        const current = path === target || path.startsWith(`${target}/`)
        return (
          <li key={target}>
            <Tooltip content={nav.title} keys={`G ${nav.key.toUpperCase()}`} side="right">
              <PageLink
                href={pageHref(target, range.search)}
                className={classNames(styles.link, current && styles.current)}
                aria-current={current ? 'page' : undefined}
                aria-label={nav.title}
              >
                <Icon name={nav.icon} />
                {open && nav.title}
              </PageLink>
            </Tooltip>
          </li>
        )
      })}
    </ul>
  )
}

/** One line that tells whether the server is there and well. Quiet when it is. */
function ServerState({ open }: { open: boolean }) {
  const { data, error } = useEndpoint(getStatus, {}, { refetchMs: 10_000, staleMs: 5_000 })
  const problem = error !== null ? 'Server unreachable' : (data?.problem ?? null)
  if (problem === null) return open && data !== undefined ? <p className={styles.version}>Clew {data.version}</p> : null
  return (
    <Tooltip content={problem} side="right">
      <p className={styles.problem} role="alert" tabIndex={0}>
        <Icon name="warn" />
        {open && <span>{problem}</span>}
      </p>
    </Tooltip>
  )
}
