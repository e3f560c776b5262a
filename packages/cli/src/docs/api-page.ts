import type { Endpoint } from '@clew/contract/endpoint'
import { endpoints } from '@clew/contract/endpoints'
import { schemaRows } from './json-schema-rows.ts'
import { GENERATED_NOTE, code, markdownTable } from './markdown.ts'

/** docs/reference/api.md, from the contract. */
export function apiPage(): string {
  return `${GENERATED_NOTE}

# HTTP API

Everything is served on \`--port\` (4320) and described for tools at \`/api/openapi.json\`. Times are \`now\`, \`now-15m\`,
RFC 3339, or unix seconds, milliseconds, microseconds or nanoseconds. Every answer that reads the store carries \`meta\`:
rows and bytes read, time taken, and whether it is complete. Errors are
\`{"error": {"code", "message", "fix"?, "position"?}}\`.

Beside it: the Jaeger query API under \`/jaeger/api\`, \`/healthz\` (alive), \`/readyz\` (takes data), \`/metrics\` (own metrics
for Prometheus).

${endpoints.map(section).join('\n\n')}
`
}

function section(endpoint: Endpoint): string {
  const input = schemaRows(endpoint.input)
  const output = schemaRows(endpoint.output, 'output').filter(({ path }) => !/[.[]/.test(path))
  const lines = [
    `## ${endpoint.method} ${endpoint.path}`,
    '',
    `${endpoint.summary}.${endpoint.description === undefined ? '' : ` ${endpoint.description}`}`,
  ]
  if (endpoint.stream === true) lines.push('', 'Answers with server-sent events, one JSON document each.')
  if (input.length > 0) {
    lines.push(
      '',
      markdownTable(
        ['Parameter', 'Type', 'Default', 'What it is'],
        input.map((row) => [
          code(row.path),
          row.type,
          row.required ? 'required' : defaultText(row.fallback),
          row.description,
        ]),
      ),
    )
  }
  lines.push('', `Answer: ${output.map(({ path }) => code(path)).join(', ')}.`)
  return lines.join('\n')
}

function defaultText(value: unknown): string {
  return value === undefined || value === '' ? '' : code(typeof value === 'string' ? value : JSON.stringify(value))
}
