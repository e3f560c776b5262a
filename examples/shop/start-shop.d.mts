/** Types of start-shop.mjs, for TypeScript callers. */
export interface ShopOptions {
  /** Environment of every process; the caller's own by default. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** NODE_OPTIONS of the services, to put an agent into them; stand-ins never get it. */
  readonly nodeOptions?: string | undefined
  /** First port (4400); 0 takes free ports. */
  readonly basePort?: number
  /** Also starts the load, once everything is ready. */
  readonly load?: boolean
  /** Every line a process writes. */
  readonly onLine?: (name: string, line: string) => void
  /** A process is ready; `pending` are not yet. */
  readonly onReady?: (name: string, pending: readonly string[]) => void
  /** A process that ended without being told to. */
  readonly onExit?: (name: string, code: number | string) => void
}

export interface Shop {
  /** Of the storefront. */
  readonly url: string
  readonly ports: Readonly<Record<string, number>>
  readonly pids: Readonly<Record<string, number | undefined>>
  incident(on: boolean): Promise<void>
  stop(): Promise<void>
}

/** Starts all processes of the shop; see start-shop.mjs. */
export function startShop(options?: ShopOptions): Promise<Shop>
