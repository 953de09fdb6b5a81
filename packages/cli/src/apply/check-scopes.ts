/**
 * Whether keys may have their scopes, as far as the file and the catalogues tell: the server knows more (maxima, bounds of
 * the admin key), but by then something may be changed already. Pure.
 */
import { currentOf } from './changes.ts'
import type { Problem } from './check-body.ts'
import type { There } from './look.ts'
import { didYouMean } from './nearest.ts'
import { isPending, textOf } from './pending.ts'
import type { Members } from './schema.ts'
import type { Step } from './steps.ts'

/** Id, pending or not, → the catalogue that the api will have. */
export type Catalogues = ReadonlyMap<string, readonly unknown[]>

export function cataloguesAfter(there: There, steps: readonly Step[]): Catalogues {
  const catalogues = new Map<string, readonly unknown[]>()
  for (const api of there.get('apis') ?? []) catalogues.set(String(api['id']), listOf(api['scopes']))
  for (const { kind, id, action, body } of steps)
    if (kind.section === 'apis' && (action === 'create' || 'scopes' in body))
      catalogues.set(textOf(id), listOf(body['scopes']))
  return catalogues
}

/** @param before the key as it is; undefined: it is made */
export function scopeProblems(
  step: Step,
  before: Members | undefined,
  catalogues: Catalogues,
  pointer: string,
): readonly Problem[] {
  if (before !== undefined && !['scopes', 'api_ids', 'grant_reason'].some((name) => step.changes.includes(name)))
    return []
  const valueOf = (name: string): unknown =>
    name in step.body || before === undefined ? step.body[name] : currentOf(before, name)
  const scopes = listOf(valueOf('scopes')).filter((scope) => typeof scope === 'string')
  return [
    ...unknownScopes(scopes, listOf(valueOf('api_ids')), catalogues, pointer),
    ...wildcardProblems(scopes, valueOf, pointer),
  ]
}

/** What a wildcard is about, the server says. */
function unknownScopes(
  scopes: readonly string[],
  apis: readonly unknown[],
  catalogues: Catalogues,
  pointer: string,
): readonly Problem[] {
  const known = apis.map((id) => (typeof id === 'string' || isPending(id) ? catalogues.get(textOf(id)) : undefined))
  const catalogue = known.flatMap((each) => each ?? []).map(String)
  if (known.includes(undefined) || catalogue.some(isWildcard)) return []
  return scopes.flatMap((scope, index) =>
    isWildcard(scope) || catalogue.includes(scope)
      ? []
      : [
          {
            pointer: `${pointer}/scopes/${index}`,
            detail: `None of the key's apis has the scope ${scope}.${didYouMean(scope, catalogue)}`,
          },
        ],
  )
}

function wildcardProblems(
  scopes: readonly string[],
  valueOf: (name: string) => unknown,
  pointer: string,
): readonly Problem[] {
  const wildcard = scopes.find(isWildcard)
  if (wildcard === undefined) return []
  const needs = (name: string, what: string): readonly Problem[] =>
    valueOf(name) === undefined || valueOf(name) === null
      ? [{ pointer: `${pointer}/${name}`, detail: `The wildcard ${wildcard} needs ${what}.` }]
      : []
  return [...needs('grant_reason', 'a reason'), ...needs('expires_at', 'an expiry')]
}

const isWildcard = (scope: string): boolean => scope.includes('*')
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
