/** Which header fields end at this hop, and which are not taken over from one side to the other. */

/** RFC 9110 §7.6.1, and the two of the proxy's own authentication (§11.7). Lower case. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
])

/**
 * Never taken over. Content-Length is set again from what was parsed; the credential is the caller's secret; the
 * `x-real-ip` kind is for proxies to say; `x-claviger-` fields are ours (see `upstreamHeaders`).
 */
export const NEVER_TO_UPSTREAM: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'host',
  'content-length',
  'expect',
  'authorization',
  'x-api-key',
  'x-request-id',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-forwarded-prefix',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
])

const NOTHING: ReadonlySet<string> = new Set()
/** RFC 9110 §5.5: visible bytes, blank and tab. CR, LF and NUL could begin a new field. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * The fields that `Connection` names for this hop, lower case. Framing, `Host` and the credential cannot be named away:
 * we set them ourselves.
 */
export function nominatedFields(connection: string | undefined): ReadonlySet<string> {
  if (connection === undefined) return NOTHING
  const text = connection.toLowerCase()
  if (text === 'keep-alive' || text === 'close') return NOTHING
  return new Set(text.split(',').map((name) => name.trim()))
}

export function isFieldValue(value: string): boolean {
  return VALUE.test(value)
}
