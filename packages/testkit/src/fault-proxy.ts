import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'

/** What a proxy does to connections. */
export type Fault =
  /** Nothing: bytes pass. */
  | { readonly kind: 'none' }
  /** Nobody listens: connections are refused, open ones are reset. */
  | { readonly kind: 'down' }
  /** Connections are taken and nothing ever comes back. */
  | { readonly kind: 'hang' }
  /** Every piece of bytes waits so long, in both directions. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** A connection is reset when so many bytes of requests have passed. */
  | { readonly kind: 'cut-request'; readonly afterBytes: number }
  /** The request passes whole; the answer is cut off after so many bytes. */
  | { readonly kind: 'cut-answer'; readonly afterBytes: number }

/** A TCP proxy in front of a server of which tests want to see it fail. */
export interface FaultProxy {
  readonly port: number
  /** How many connections a fault has broken so far. */
  readonly broken: number
  /** From now on, also for connections that are open. */
  set(fault: Fault): Promise<void>
  close(): Promise<void>
}

/** Starts a proxy to `127.0.0.1:targetPort`. */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const proxy = new TcpProxy(targetPort)
  await proxy.listen(0)
  return proxy
}

class TcpProxy implements FaultProxy {
  port = 0
  broken = 0
  private readonly targetPort: number
  private readonly pairs = new Set<readonly [Socket, Socket]>()
  private server: Server | undefined
  private fault: Fault = { kind: 'none' }

  constructor(targetPort: number) {
    this.targetPort = targetPort
  }

  async listen(port: number): Promise<void> {
    const server = createServer((client) => this.accept(client))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    this.server = server
    this.port = (server.address() as AddressInfo).port
  }

  async set(fault: Fault): Promise<void> {
    this.fault = fault
    if (fault.kind === 'down') await this.close()
    else if (this.server === undefined) await this.listen(this.port)
    for (const [client, upstream] of this.pairs) {
      if (fault.kind === 'hang') continue
      // What was held back while it hung passes now.
      client.resume()
      upstream.resume()
    }
  }

  async close(): Promise<void> {
    const { server } = this
    this.server = undefined
    for (const pair of this.pairs) this.break(pair)
    if (server !== undefined) await new Promise((resolve) => server.close(resolve))
  }

  private accept(client: Socket): void {
    const upstream = connect(this.targetPort, '127.0.0.1')
    const pair = [client, upstream] as const
    this.pairs.add(pair)
    const passed = { request: 0, answer: 0 }
    this.pass(pair, client, upstream, (bytes) => {
      passed.request += bytes
      return this.fault.kind === 'cut-request' && passed.request > this.fault.afterBytes
    })
    this.pass(pair, upstream, client, (bytes) => {
      passed.answer += bytes
      return this.fault.kind === 'cut-answer' && passed.answer > this.fault.afterBytes
    })
    for (const socket of pair) {
      socket.on('error', () => undefined)
      socket.once('close', () => {
        this.pairs.delete(pair)
        for (const other of pair) other.destroy()
      })
    }
  }

  private pass(pair: readonly [Socket, Socket], from: Socket, to: Socket, cuts: (bytes: number) => boolean): void {
    from.on('data', (chunk: Buffer) => {
      if (this.fault.kind === 'hang') {
        from.pause()
        from.unshift(chunk)
        return
      }
      if (cuts(chunk.length)) return this.break(pair)
      const write = (): void => {
        if (to.destroyed) return
        if (!to.write(chunk)) {
          from.pause()
          to.once('drain', () => from.resume())
        }
      }
      if (this.fault.kind === 'slow') {
        from.pause()
        setTimeout(() => {
          from.resume()
          write()
        }, this.fault.delayMs)
      } else write()
    })
    from.on('end', () => to.end())
  }

  private break([client, upstream]: readonly [Socket, Socket]): void {
    this.broken++
    client.resetAndDestroy()
    upstream.destroy()
  }
}
