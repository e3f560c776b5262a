import { allPlugins } from '@clew/agent/plugins/registry'
import { SETTING_SECTIONS } from '@clew/agent/settings-schema'
import { GENERATED_NOTE, code, markdownTable } from './markdown.ts'

/** docs/reference/agent.md, from the agent's schema of settings and its registry of plugins. */
export function agentPage(): string {
  const settings = SETTING_SECTIONS.map(({ title, settings: all }) => {
    const rows = all.map(({ name, fallback, text }) => [code(name), fallback === '' ? '' : code(fallback), text])
    return `## ${title}\n\n${markdownTable(['Variable', 'Default', 'What it does'], rows)}`
  })
  const plugins = allPlugins({ sdkHttp: false }).toSorted((a, b) => a.name.localeCompare(b.name))
  const rows = plugins.map(({ name, modules, offByDefault }) => [
    code(name),
    modules.map(code).join(', '),
    offByDefault === true ? 'off by default' : '',
  ])
  return `${GENERATED_NOTE}

# Agent

Variables in the environment of the program. How to use them: [docs/agent](../agent/start.md).

${settings.join('\n\n')}

## Instrumentations

Each starts when the program first loads one of its modules; those without modules start at once.

${markdownTable(['Name', 'Modules', ''], rows)}
`
}
