/** Options that tell of the call that is decided about: what restrictions of keys judge. */
import { given } from './resource.ts'

export interface CallOptions {
  readonly method?: string
  readonly path?: string
  readonly origin?: string
  readonly referer?: string
  readonly userAgent?: string
  readonly clientCertificate?: string
  readonly apiVersion?: string
}

/** The member `request`; undefined: nothing was told. */
export function callOf(options: CallOptions): object | undefined {
  const request = given({
    method: options.method,
    path: options.path,
    origin: options.origin,
    referer: options.referer,
    user_agent: options.userAgent,
    client_certificate: options.clientCertificate,
    api_version: options.apiVersion,
  })
  return Object.keys(request).length === 0 ? undefined : request
}
