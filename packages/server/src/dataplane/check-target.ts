/** What a route or model may point at: an api of its workspace, scopes of its catalogue, upstreams its credential may reach. */
import { ClavigerError, type FieldProblem } from '@claviger/core'
import { findApi } from '#keys'
import type { Db } from '#store'
import { findProviderKey } from '#vault'
import { splitUrl } from './split-url.ts'

export interface UpstreamUse {
  /** Where the URL stands in the request, as a JSON pointer. */
  readonly pointer: string
  readonly url: string
  readonly providerKeyId: string | null
  readonly providerKeyPointer: string
}

/** @throws ClavigerError `validation_failed` with a pointer for each fault */
export async function checkTarget(
  db: Db,
  workspaceId: string,
  guard: { readonly apiId: string; readonly requiredScopes: readonly string[] },
  upstreams: readonly UpstreamUse[],
): Promise<void> {
  const errors: FieldProblem[] = []
  const api = await findApi(db, workspaceId, guard.apiId)
  if (api === undefined)
    errors.push({ pointer: '/api_id', detail: `There is no api ${guard.apiId} in this workspace.` })
  for (const [index, scope] of guard.requiredScopes.entries()) {
    if (api !== undefined && !api.scopes.includes(scope)) {
      errors.push({ pointer: `/required_scopes/${index}`, detail: `The api has no scope ${scope} in its catalogue.` })
    }
  }
  for (const upstream of upstreams) errors.push(...(await checkUpstream(db, workspaceId, upstream)))
  if (errors.length > 0) throw new ClavigerError('validation_failed', 'This cannot be set up so.', { errors })
}

async function checkUpstream(db: Db, workspaceId: string, upstream: UpstreamUse): Promise<readonly FieldProblem[]> {
  const problem = urlProblem(upstream.url)
  if (problem !== undefined) return [{ pointer: upstream.pointer, detail: problem }]
  if (upstream.providerKeyId === null) return []
  const providerKey = await findProviderKey(db, workspaceId, upstream.providerKeyId)
  if (providerKey === undefined) {
    return [
      {
        pointer: upstream.providerKeyPointer,
        detail: `There is no provider key ${upstream.providerKeyId} in this workspace.`,
      },
    ]
  }
  const { origin } = splitUrl(upstream.url)
  if (providerKey.origins.includes(origin)) return []
  return [
    {
      pointer: upstream.pointer,
      detail: `The provider key may be sent to ${providerKey.origins.join(', ')} only, not to ${origin}.`,
    },
  ]
}

/** RFC 3986 §2: whatever else a URL parser forgives, another one reads differently. */
const URL_LETTERS = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/

function urlProblem(text: string): string | undefined {
  if (!URL_LETTERS.test(text)) return 'A URL is written in ASCII, without backslashes and blanks; escape what is not.'
  if (!URL.canParse(text)) return 'This is not a URL.'
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'Upstreams speak https or http.'
  if (url.username !== '' || url.password !== '') return 'Credentials do not belong in a URL; store a provider key.'
  if (url.search !== '' || url.hash !== '') return 'An upstream has no query and no fragment.'
  return undefined
}
