const runtimeApi = process.env['AWS_LAMBDA_RUNTIME_API']

/** Whether a request goes to the interface by which Lambda's runtime gets events and gives back answers. */
export function isLambdaRuntime({
  address,
  port,
}: {
  readonly address: string
  readonly port: number | undefined
}): boolean {
  return runtimeApi !== undefined && (runtimeApi === `${address}:${port ?? 80}` || runtimeApi === address)
}
