import { environmentName, fileKey, flagName, settingDefault, settingMeta } from '../config/setting-names.ts'
import { SETTING_KEYS } from '../config/settings.ts'
import type { SettingKey } from '../config/settings.ts'
import { GENERATED_NOTE, code, markdownTable } from './markdown.ts'

/** docs/reference/configuration.md, from the schema of the settings. */
export function configurationPage(): string {
  const groups = new Map<string, SettingKey[]>()
  for (const key of SETTING_KEYS)
    groups.set(settingMeta(key).group, [...(groups.get(settingMeta(key).group) ?? []), key])
  const sections = [...groups].map(
    ([group, keys]) =>
      `## ${group}\n\n${markdownTable(
        ['Flag', 'Environment', 'clew.yaml', 'Default', 'What it does'],
        keys.map((key) => [
          code(`${flagName(key)} ${settingMeta(key).value}`.trimEnd()),
          code(environmentName(key)),
          code(fileKey(key)),
          code(settingDefault(key)),
          settingMeta(key).description,
        ]),
      )}`,
  )
  return `${GENERATED_NOTE}

# Configuration

Every setting of \`clew up\` and \`clew demo\` exists three times under one name: as a flag, as an environment variable and as
a key in a settings file. A flag wins over the environment, the environment over the file. The file is the one named by
\`--settings\` or \`CLEW_SETTINGS\`, else \`./clew.yaml\`, else \`~/.clew/clew.yaml\`. Lists are repeated flags, comma-separated
variables, or YAML sequences.

What flows from where to where is a [pipeline configuration](../collector.md); \`clew print-config\` prints the one that
runs.

${sections.join('\n\n')}

## For verbs that ask a running Clew

${markdownTable(
  ['Flag', 'Environment', 'What it does'],
  [
    [
      code('--url <url>'),
      code('CLEW_URL'),
      'Address of Clew. Default: the Clew that runs on the data directory, else `http://127.0.0.1:4320`.',
    ],
    [
      '',
      code('CLEW_AUTH_TOKEN'),
      'Token to send. Not needed for the Clew that this user runs here. `clew run` and the agent send it, too.',
    ],
    [
      '',
      code('CLEW_CA_FILE'),
      'Authorities to trust when the address is `https://…`, PEM; instead of those of the system.',
    ],
    [
      '',
      code('CLEW_CERT_FILE') + ', ' + code('CLEW_KEY_FILE'),
      'Certificate to show to a Clew that asks for one, PEM.',
    ],
    ['', code('NO_COLOR'), 'No colours. They are off anyway when the output is not a terminal.'],
    ['', code('FORCE_COLOR'), 'Colours also into a pipe.'],
    ['', code('CLEW_DEBUG=1'), 'Show the stack of every error.'],
  ],
)}
`
}
