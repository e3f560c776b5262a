/** Which packages each package may import from its sources. Tests and benchmarks may also import testkit. */
export const PACKAGE_IMPORTS = {
  base: [],
  otlp: ['base'],
  lang: ['base'],
  contract: ['base'],
  opamp: [],
  agent: ['opamp'],
  build: ['base', 'agent'],
  control: ['base', 'opamp'],
  collector: ['base', 'otlp', 'lang'],
  store: ['base', 'otlp'],
  query: ['base', 'otlp', 'lang', 'contract', 'store'],
  web: ['base', 'lang', 'contract'],
  cli: ['base', 'otlp', 'opamp', 'lang', 'contract', 'agent', 'build', 'control', 'collector', 'store', 'query'],
  testkit: ['base', 'otlp'],
}

/** Packages that must run in a browser too: nothing of Node in them. */
export const ISOMORPHIC = ['base', 'lang', 'contract', 'web']

/** An external import that only the given folders may have. */
export const IMPORT_OWNERS = [
  {
    pattern: /^@base-ui\//,
    only: ['packages/web/src/ui/', 'packages/web/src/main.tsx'],
    why: 'wrap it in src/ui, so that one place decides its looks',
  },
  {
    pattern: /^(chdb|@clickhouse\/client)(\/|$)/,
    only: ['packages/store/src/', 'packages/testkit/src/clickhouse-http'],
    why: 'only the store opens a database',
  },
  {
    pattern: /^hono(\/|$)|^@hono\//,
    only: ['packages/query/src/http/', 'packages/query/src/compat/', 'packages/query/src/server.ts'],
    why: 'services do not know HTTP',
  },
  { pattern: /^commander$/, only: ['packages/cli/src/'], why: 'only the command line parses arguments' },
  { pattern: /^(react|react-dom)(\/|$)/, only: ['packages/web/src/'], why: 'only the web UI draws' },
  { pattern: /^uplot(\/|$)/, only: ['packages/web/src/charts/'], why: 'features use the chart components' },
]

/** Source text that only the given folders or files may have (tests excepted). */
export const TEXT_OWNERS = [
  {
    name: 'process.env',
    pattern: /\bprocess\s*\.\s*env\b|\bprocess\[['"]env['"]\]/,
    only: [
      'packages/cli/src/config/environment.ts',
      'packages/collector/src/config/environment.ts',
      'packages/agent/src/',
      'packages/build/src/inject.ts', // started by `clew build` through NODE_OPTIONS
      'packages/testkit/src/',
      'packages/store/src/driver/chdb.ts', // the size of the thread pool, which only the environment can set
    ],
    why: 'settings come in through the registry files, so that the reference is complete',
  },
  {
    name: 'SQL text',
    pattern: /\b(?:SELECT\s[^'"]{1,200}\sFROM|INSERT INTO|CREATE TABLE|ALTER TABLE)\b/,
    only: [
      'packages/store/src/',
      'packages/query/src/',
      'packages/testkit/src/clickhouse-http',
      'packages/otlp/src/generate/',
    ],
    why: 'only store and query speak SQL (and generated spans quote it)',
  },
  {
    name: 'new RegExp',
    pattern: /\bRegExp\s*\(/,
    only: ['packages/collector/src/kit/linear-pattern.ts'],
    why: "a pattern that comes from somebody can hold up JavaScript's engine for ever: use compileGoRegex, which cannot",
  },
  {
    name: 'HTML from text',
    pattern: /dangerouslySetInnerHTML|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write\b|\bsrcdoc\b/i,
    only: [],
    why: 'text becomes text nodes only; the page refuses the rest, too (Trusted Types)',
  },
  {
    name: 'code from text',
    pattern: /\beval\s*\(|\bnew\s+Function\s*\(|\bFunction\s*\(\s*['"`]|node:vm\b/,
    only: ['packages/collector/src/processors/memory-limiter/process-memory.ts'], // asks the engine for its collector
    why: 'nothing that arrives is ever run',
  },
  {
    name: 'unchecked TLS',
    pattern: /rejectUnauthorized\s*:\s*false|NODE_TLS_REJECT_UNAUTHORIZED|\bshell\s*:\s*true/,
    only: [],
    why: 'certificates are checked (insecure_skip_verify is the one way out, by configuration), and no shell reads an argument',
  },
  {
    name: 'process.exit',
    pattern: /\bprocess\s*\.\s*exit\s*\(/,
    only: ['packages/cli/src/', 'packages/agent/src/'],
    why: 'only the command ends the process; everything else throws',
  },
]

/** Things that shall become fewer. The committed numbers are in scripts/ratchet.json. */
export const RATCHETS = [
  { name: 'files over 250 lines', perFile: (text, isTest) => (!isTest && text.split('\n').length > 251 ? 1 : 0) },
  { name: 'switched-off lint rules', perFile: (text) => text.match(/oxlint-disable|eslint-disable/g)?.length ?? 0 },
  {
    name: 'ts-expect-error and ts-ignore',
    perFile: (text) => text.match(/@ts-(?:expect-error|ignore|nocheck)/g)?.length ?? 0,
  },
  { name: 'double casts', perFile: (text) => text.match(/\bas unknown as\b/g)?.length ?? 0 },
  {
    name: 'skipped or focused tests',
    perFile: (text) => text.match(/\b(?:it|test|describe)\.(?:skip|only|todo|fails)\b/g)?.length ?? 0,
  },
  { name: 'left-over notes', perFile: (text) => text.match(/\b(?:TODO|FIXME|XXX|HACK)\b/g)?.length ?? 0 },
]
