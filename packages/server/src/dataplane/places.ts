/** Where routes answer beside `/gw/{name}`: hosts and paths of their own. Each place belongs to one route. */
import { ClavigerError, type FieldProblem } from '@claviger/core'
import { isReservedPath } from '@claviger/gateway'
import { wire } from '#edge'
import type { Tx } from '#store'
import { z } from 'zod'
import { deletePlaces, foreignHosts, insertPlaces, lockPlaces, takenPlaces, type PlaceRow } from './place-rows.ts'

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const host = z
  .string()
  .max(253)
  .regex(new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`), 'must be a host name in lower case, or *. and one')
  .meta({ example: 'api.example.com' })

/** RFC 3986 `pchar` without escapes and parameters: what every server reads in the same way. */
const SEGMENT = "[A-Za-z0-9\\-._~!$&'()*+,=:@]+"
const place = z
  .string()
  .max(256)
  .regex(
    new RegExp(`^(?:/|(?:/${SEGMENT})+|=(?:/|(?:/${SEGMENT})+/?))$`),
    'must be a path of plain segments, without a slash at its end, or = and a whole path',
  )
  .refine((text) => !/\/\.\.?(?:\/|$)/.test(text), 'holds a dot segment')
  .meta({ example: '/v1' })

export const placeMembers = {
  hosts: wire
    .unique(host, 20)
    .default([])
    .meta({ description: 'Hosts of its own; *.example.com: all below. Empty: any host, if there are paths.' }),
  paths: wire
    .unique(place, 20)
    .default([])
    .meta({ description: '/v1: that and all below; =/v1/ping: exactly that. Empty: every path of the hosts.' }),
}

export interface PlaceSettings {
  readonly hosts: readonly string[]
  readonly paths: readonly string[]
}

/** Any host: paths of the product would never come here. */
export function checkPlaces({ hosts, paths }: PlaceSettings): void {
  if (hosts.length > 0) return
  const errors: FieldProblem[] = []
  for (const [index, path] of paths.entries()) {
    if (isReservedPath(path.replace(/^=/, '')))
      errors.push({
        pointer: `/paths/${index}`,
        detail: `${path} is a path of Claviger itself. Give the route a host.`,
      })
  }
  if (errors.length > 0) throw new ClavigerError('validation_failed', 'This cannot be set up so.', { errors })
}

/**
 * Gives the route its places, and takes from it those that it had.
 *
 * @throws ClavigerError `conflict` when one is another route's, or a host, or one above or below it, is of another workspace
 */
export async function occupyPlaces(
  tx: Tx,
  route: { readonly id: string; readonly workspaceId: string },
  settings: PlaceSettings,
): Promise<void> {
  const wanted = placesOf(settings)
  await lockPlaces(tx)
  await deletePlaces(tx, route.id)
  if (wanted.length === 0) return
  const foreign = await foreignHosts(tx, route.workspaceId, settings.hosts.length === 0 ? [''] : settings.hosts)
  if (foreign.length > 0) throw hostsTaken(settings, foreign)
  const taken = await takenPlaces(tx, wanted)
  if (taken.length > 0) throw placesTaken(settings, taken)
  await insertPlaces(
    tx,
    wanted.map((each) => ({ ...each, route_id: route.id, workspace_id: route.workspaceId })),
  )
}

function placesOf({ hosts, paths }: PlaceSettings): Pick<PlaceRow, 'host' | 'path'>[] {
  if (hosts.length === 0) return paths.map((path) => ({ host: '', path }))
  return hosts.flatMap((name) => (paths.length === 0 ? ['/'] : paths).map((path) => ({ host: name, path })))
}

function hostsTaken({ hosts }: PlaceSettings, foreign: readonly string[]): ClavigerError {
  if (hosts.length === 0)
    return conflict([{ pointer: '/paths', detail: 'Paths of any host are taken. Give the route a host.' }])
  return conflict(
    foreign.map((name) => ({ pointer: `/hosts/${hosts.indexOf(name)}`, detail: `The host ${name} is taken.` })),
  )
}

/** These are of the caller's own workspace, so they may be named. */
function placesTaken(
  { paths }: PlaceSettings,
  taken: readonly (PlaceRow & { readonly name: string })[],
): ClavigerError {
  return conflict(
    taken.map(({ host: name, path, name: route }) => ({
      pointer: paths.includes(path) ? `/paths/${paths.indexOf(path)}` : '/hosts',
      detail: `${name === '' ? 'any host' : name}${path.startsWith('=') ? ` ${path}` : path} is a place of the route ${route}.`,
    })),
  )
}

function conflict(errors: readonly FieldProblem[]): ClavigerError {
  return new ClavigerError('conflict', errors[0]?.detail ?? 'The place is taken.', { errors })
}
