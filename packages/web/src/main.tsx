import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { queryClient } from './api/query-client.ts'
import { router } from './app/router.tsx'
import { SessionGate } from './app/session-gate.tsx'
import { followSystemTheme } from './shell/preferences.ts'
import { reloadForNewBuild } from './shell/reload-for-new-build.ts'
import { TooltipProvider } from './ui/tooltip.tsx'
import './styles/tokens.css'
import './styles/base.css'

followSystemTheme()
reloadForNewBuild()

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <QueryClientProvider client={queryClient}>
          <TooltipProvider>
            <SessionGate>
              <RouterProvider router={router} />
            </SessionGate>
          </TooltipProvider>
        </QueryClientProvider>
      </CSPProvider>
    </StrictMode>,
  )
}
