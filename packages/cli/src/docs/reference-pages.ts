import { agentPage } from './agent-page.ts'
import { apiPage } from './api-page.ts'
import { cliPage } from './cli-page.ts'
import { componentsPage } from './components-page.ts'
import { configurationPage } from './configuration-page.ts'
import { rulesPage } from './rules-page.ts'

/** Every generated page: file name under docs/reference, and its Markdown. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    ['configuration.md', configurationPage()],
    ['cli.md', cliPage()],
    ['api.md', apiPage()],
    ['components.md', componentsPage()],
    ['agent.md', agentPage()],
    ['rules.md', rulesPage()],
  ])
}
