/** The refusals that every kind of resource has in common, in the same words everywhere. */
import { ClavigerError } from '@claviger/core'

/**
 * @param noun of the resource: `provider key`
 * @returns the row
 * @throws ClavigerError `not_found`
 */
export function found<Row>(noun: string, id: string, row: Row | undefined): Row {
  if (row === undefined) throw new ClavigerError('not_found', `There is no ${noun} ${id}.`)
  return row
}

/**
 * @param noun as of `found`
 * @param expected revision, from `If-Match`; undefined: any will do
 * @returns the row
 * @throws ClavigerError `not_found`, `precondition_failed`
 */
export function atRevision<Row extends { readonly revision: number }>(
  noun: string,
  id: string,
  maybeRow: Row | undefined,
  expected: number | undefined,
): Row {
  const row = found(noun, id, maybeRow)
  if (expected !== undefined && expected !== row.revision)
    throw new ClavigerError('precondition_failed', `The ${noun} is at revision ${row.revision} by now. Read it again.`)
  return row
}

/** `conflict` at `/name`. @param kind of the resource with its article: `an app` */
export function nameTaken(kind: string, name: string): ClavigerError {
  const detail = `The workspace already has ${kind} named ${name}.`
  return new ClavigerError('conflict', detail, { errors: [{ pointer: '/name', detail }] })
}

/** `validation_failed` at `/plan_id`. */
export function unknownPlan(planId: string): ClavigerError {
  const detail = `There is no plan ${planId} in this workspace.`
  return new ClavigerError('validation_failed', detail, { errors: [{ pointer: '/plan_id', detail }] })
}
