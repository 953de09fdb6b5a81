/** SQL of this room: which keys a filter means. */
import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely'
import type { Tables } from '#store'
import type { ResolvedFilter } from './key-filter.ts'
import { holdsTooMuch } from './rows-over-maximum.ts'
import { holdsRole } from './rows-roles.ts'

type Builder = ExpressionBuilder<Tables, 'keys_key'>

/** For `where`: every member of the filter that is given must hold. */
export function matching(filter: ResolvedFilter): (eb: Builder) => Expression<SqlBool> {
  return (eb) => eb.and([...ofTheKey(eb, filter), ...ofItsUse(eb, filter), ...ofItsState(eb, filter)])
}

function ofTheKey(eb: Builder, filter: ResolvedFilter): readonly Expression<SqlBool>[] {
  const { workspaceId, appId, appIds, apiId, roleId, environment, prefix, tag, createdBy, createdBefore } = filter
  return [
    eb('workspace_id', '=', workspaceId),
    ...(appId === undefined ? [] : [eb('app_id', '=', appId)]),
    ...(appIds === undefined ? [] : [sql<boolean>`app_id = any(${[...appIds]}::text[])`]),
    ...(apiId === undefined ? [] : [sql<boolean>`api_ids @> array[${apiId}]`]),
    ...(roleId === undefined ? [] : [holdsRole(roleId)]),
    ...(environment === undefined ? [] : [eb('environment', '=', environment)]),
    ...(prefix === undefined ? [] : [eb('prefix', '=', prefix)]),
    // said twice, so that the index of keys with tags serves
    ...(tag === undefined ? [] : [sql<boolean>`tags @> array[${tag}] and tags <> '{}'`]),
    ...(createdBy === undefined ? [] : [eb('created_by', '=', createdBy)]),
    ...(createdBefore === undefined ? [] : [eb('created_at', '<', createdBefore)]),
    ...ofOwner(eb, filter),
  ]
}

function ofOwner(eb: Builder, { owner, ownerAppIds }: ResolvedFilter): readonly Expression<SqlBool>[] {
  if (owner === undefined) return []
  const own = eb('owner', '=', owner)
  if (ownerAppIds.length === 0) return [own]
  return [eb.or([own, eb.and([eb('owner', 'is', null), sql<boolean>`app_id = any(${[...ownerAppIds]}::text[])`])])]
}

function ofItsUse(eb: Builder, { unusedSince, seenFrom }: ResolvedFilter): readonly Expression<SqlBool>[] {
  return [
    ...(unusedSince === undefined
      ? []
      : [
          eb('created_at', '<', unusedSince),
          sql<boolean>`not exists (select from keys_use where key_id = keys_key.id and last_used_at >= ${unusedSince})`,
        ]),
    ...(seenFrom === undefined
      ? []
      : [
          sql<boolean>`exists (select from keys_seen_ip
            where key_id = keys_key.id and ip <<= ${seenFrom.range}::inet and seen_at >= ${seenFrom.since})`,
        ]),
  ]
}

function ofItsState(eb: Builder, filter: ResolvedFilter): readonly Expression<SqlBool>[] {
  const { dormant, revoked, deleted, overMaximum, tooMuch } = filter
  const over = overMaximum === undefined ? undefined : holdsTooMuch(tooMuch, overMaximum.at)
  return [
    ...(over === undefined ? [] : [overMaximum?.isWanted === true ? over : eb.not(over)]),
    ...(dormant === undefined ? [] : [eb('dormant_at', dormant ? 'is not' : 'is', null)]),
    ...(revoked === undefined ? [] : [eb('revoked_at', revoked ? 'is not' : 'is', null)]),
    ...(deleted === undefined ? [] : [eb('deleted_at', deleted ? 'is not' : 'is', null)]),
  ]
}
