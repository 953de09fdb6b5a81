/** Restriction `api_version`: the versions of an api that a key may call. */
import type { ApiVersionRestriction, RestrictionCheck } from './restriction.ts'

/** A call of which nobody knows the version is refused. */
export function compileApiVersion(restriction: ApiVersionRestriction): RestrictionCheck {
  const allowed = new Set(restriction.allow)
  return {
    refuses: ({ apiVersion }) => apiVersion === undefined || !allowed.has(apiVersion),
    detail: ({ apiVersion }) => {
      if (apiVersion === undefined) return 'The version of the api that is called is not known.'
      return `Version ${apiVersion} is ${allowed.has(apiVersion) ? '' : 'not '}in allow.`
    },
    change: ({ apiVersion }) =>
      apiVersion === undefined ? 'name the version of the api' : `add ${apiVersion} to api_version allow`,
  }
}
