/** What a caller may do: send telemetry, look at it, or change this installation (which includes the other two). */
export const SCOPES = ['ingest', 'read', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** True when somebody who was granted `granted` may do what needs `needed`. */
export function grants(granted: readonly Scope[], needed: Scope): boolean {
  return granted.includes('admin') || granted.includes(needed)
}
