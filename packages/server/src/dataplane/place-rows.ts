/** SQL of places of routes; see rows.ts. */
import type { Tables, Tx } from '#store'
import { sql, type Selectable } from 'kysely'

export type PlaceRow = Selectable<Tables['dataplane_place']>

/** Nobody else gives or takes places until the transaction ends. */
export async function lockPlaces(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('claviger.dataplane_place'))`.execute(tx)
}

export async function deletePlaces(tx: Tx, routeId: string): Promise<void> {
  await tx.deleteFrom('dataplane_place').where('route_id', '=', routeId).execute()
}

export async function insertPlaces(tx: Tx, rows: readonly PlaceRow[]): Promise<void> {
  await tx.insertInto('dataplane_place').values(rows).execute()
}

/**
 * Those of the hosts that another workspace has, or that stand above or below one of its: a name below another's would
 * take its calls away.
 */
export async function foreignHosts(tx: Tx, workspaceId: string, hosts: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ host: string }>`
    select wanted.host from unnest(${[...hosts]}::text[]) as wanted (host)
     where exists (
       select from dataplane_place p
        where p.workspace_id <> ${workspaceId}
          and (p.host = wanted.host
            or (wanted.host like '*.%' and right(p.host, length(wanted.host) - 1) = substr(wanted.host, 2))
            or (p.host like '*.%' and right(wanted.host, length(p.host) - 1) = substr(p.host, 2))))`.execute(tx)
  return rows.map(({ host }) => host)
}

export async function takenPlaces(
  tx: Tx,
  wanted: readonly Pick<PlaceRow, 'host' | 'path'>[],
): Promise<readonly (PlaceRow & { readonly name: string })[]> {
  return tx
    .selectFrom('dataplane_place as place')
    .innerJoin('dataplane_route as route', 'route.id', 'place.route_id')
    .select(['place.host', 'place.path', 'place.route_id', 'place.workspace_id', 'route.name'])
    .where((eb) => eb.or(wanted.map(({ host, path }) => eb.and({ 'place.host': host, 'place.path': path }))))
    .execute()
}
