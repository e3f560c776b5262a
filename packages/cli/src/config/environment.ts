/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The one place where the command reads the environment of its process. */
export function processEnvironment(): Environment {
  return process.env
}
