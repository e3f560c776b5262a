import type { Scope } from '@clew/base/scope'
import { ClewError } from '@clew/base/errors'
import { isLoopback, type Endpoint } from './endpoint.ts'
import { GrpcCode } from './grpc-code.ts'
import { RpcError } from './rpc-error.ts'

/** Who may use the ports of this process. Passed in by the program around; the same for every port. */
export interface AccessPolicy {
  /** False while no token is set: whoever reaches a port may use it. */
  required(): boolean
  /** The scopes of whoever shows this `Authorization` header; undefined when nobody we know does. */
  scopesOf(authorization: string | undefined): readonly Scope[] | undefined
  /** Why somebody with these scopes (undefined: a stranger) may not do `needed`; undefined lets them. */
  refusal(scopes: readonly Scope[] | undefined, needed: Scope): ClewError | undefined
  /** The user has said that ports may be open to other machines without anything that keeps strangers out. */
  readonly mayBeOpen: boolean
}

/** No tokens: everybody on this machine may use the ports, and nobody else can reach them. */
export const LOCAL_ACCESS: AccessPolicy = {
  required: () => false,
  scopesOf: () => undefined,
  refusal: () => undefined,
  mayBeOpen: false,
}

/** What one server asks of its callers: a scope, or nothing at all (health checks). */
export interface Guard {
  readonly access: AccessPolicy
  readonly needs: Scope | 'nothing'
}

/** Why a request may not come in, as its answer; costs one hash and no memory. Asked before anything of the body is read. */
export function refuseCaller(guard: Guard, authorization: string | undefined): RpcError | undefined {
  const { access, needs } = guard
  if (needs === 'nothing' || !access.required()) return undefined
  const scopes = access.scopesOf(authorization)
  const refusal = access.refusal(scopes, needs)
  if (refusal === undefined) return undefined
  const code = scopes === undefined ? GrpcCode.unauthenticated : GrpcCode.permissionDenied
  return new RpcError(code, refusal.fix === undefined ? refusal.message : `${refusal.message}: ${refusal.fix}`)
}

/**
 * Throws ClewError OPEN_TO_ALL for a server that other machines could reach and that would let everybody in: no token,
 * no client certificate, and no word from the user that this is meant.
 */
export function refuseOpenBind(endpoint: Endpoint, text: string, guard: Guard, clientCertificates: boolean): void {
  if (isLoopback(endpoint) || guard.needs === 'nothing') return
  if (guard.access.required() || clientCertificates || guard.access.mayBeOpen) return
  throw openToAll(text)
}

/** The error for a bind that would let everybody in. */
export function openToAll(address: string): ClewError {
  return new ClewError('OPEN_TO_ALL', `${address} can be reached by other machines, and nothing keeps strangers out`, {
    fix: 'make a token with `clew token create <name>` (or set --auth-token), listen on 127.0.0.1, or say --insecure',
  })
}
