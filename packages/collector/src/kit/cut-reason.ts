/** Why a server ended a connection because of what its client did. Fixed words, for counters. */
export type CutReason =
  | 'too_many_connections'
  | 'too_slow'
  | 'headers_too_large'
  | 'half_a_request'
  | 'not_http'
  | 'not_http2'
  | 'protocol_error'
  | 'flood'
