/** An api's maximum: the most that anybody may grant for it, at the wire, in rows, and against a key. */
import {
  compileScopes,
  isOpenRestriction,
  RESTRICTION_CODES,
  scopeFault,
  type FieldProblem,
  type MaximumPart,
  type Restriction,
} from '@claviger/core'
import { wire } from '#edge'
import { z } from 'zod'
import type { ApiRow } from './rows.ts'

const kinds = Object.keys(RESTRICTION_CODES).filter((kind): kind is keyof typeof RESTRICTION_CODES =>
  Object.hasOwn(RESTRICTION_CODES, kind),
)
const LONGEST_SECONDS = 3650 * 86_400

export const maximum = z
  .strictObject({
    scopes: wire
      .unique(wire.scope, 200)
      .superRefine((scopes, context) => {
        for (const [index, scope] of scopes.entries()) {
          const message = scopeFault(scope)
          if (message !== undefined) context.addIssue({ code: 'custom', path: [index], message })
        }
      })
      .nullable()
      .default(null)
      .meta({ description: 'Scopes and patterns; null: whatever the catalogue has.', example: ['invoices.*'] }),
    lifetime_seconds: z
      .int()
      .min(60)
      .max(LONGEST_SECONDS)
      .nullable()
      .default(null)
      .meta({ description: 'The longest life of a key, from when it is made; null: as the workspace has it.' }),
    required_restrictions: wire
      .unique(z.enum(kinds), kinds.length)
      .default([])
      .meta({ description: 'Kinds of restrictions that a key must have, enforced.', example: ['ip'] }),
  })
  .meta({
    id: 'ApiMaximum',
    description: 'The most that anybody may grant for the api. It caps keys that are out, too, at once.',
  })

export type Maximum = z.output<typeof maximum>

/** @throws ZodError for what another version wrote: an api whose maximum cannot be read is not served */
export function maximumFromRow(value: unknown): Maximum | null {
  return maximum.nullable().parse(value)
}

export function compileMaximum(value: unknown): MaximumPart | undefined {
  const declared = maximumFromRow(value)
  if (declared === null) return undefined
  const { scopes, lifetime_seconds: seconds, required_restrictions: requiredRestrictions } = declared
  return {
    scopes: scopes === null ? undefined : compileScopes(scopes),
    lifetimeMs: seconds === null ? undefined : seconds * 1000,
    requiredRestrictions,
  }
}

/** Whether a maximum lets no more through than another: who is bounded may lower it, and nothing else. */
export function isNarrower(wanted: Maximum | null, before: Maximum | null): boolean {
  if (before === null) return true
  if (wanted === null) return false
  const { scopes, lifetime_seconds: seconds, required_restrictions: required } = wanted
  const held = before.scopes === null ? undefined : compileScopes(before.scopes)
  return (
    (held === undefined || (scopes ?? ['*']).every((scope) => held.covers(scope))) &&
    (before.lifetime_seconds === null || (seconds !== null && seconds <= before.lifetime_seconds)) &&
    before.required_restrictions.every((kind) => required.includes(kind))
  )
}

type Bounding = Pick<ApiRow, 'id' | 'name' | 'scopes' | 'maximum'>

/** Whether a scope or pattern is about something that the catalogue has. */
export function concerns(scope: string, catalogue: readonly string[]): boolean {
  const set = compileScopes([scope])
  return catalogue.some((entry) => set.covers(entry)) || compileScopes(catalogue).covers(scope)
}

/** Scopes that some api has, and lets nobody have. An api has no say in scopes that are not its own. */
export function scopesOverMaximum(
  apis: readonly Bounding[],
  scopes: readonly string[],
  pointerOf: (index: number) => string,
): readonly FieldProblem[] {
  return apis.flatMap((api) => {
    const most = maximumFromRow(api.maximum)?.scopes
    if (most === undefined || most === null) return []
    const held = compileScopes(most)
    return scopes.flatMap((scope, index) =>
      held.covers(scope) || !concerns(scope, api.scopes)
        ? []
        : [
            {
              pointer: pointerOf(index),
              detail: `The maximum of the api ${api.name} does not hold ${scope}. It holds: ${most.join(' ') || 'nothing'}.`,
            },
          ],
    )
  })
}

/** The longest life of a key for these apis, in seconds; undefined: none of them says. */
export function longestLife(apis: readonly Bounding[]): number | undefined {
  const lives = apis.flatMap((api) => maximumFromRow(api.maximum)?.lifetime_seconds ?? [])
  return lives.length === 0 ? undefined : Math.min(...lives)
}

export function lifeOverMaximum(
  apis: readonly Bounding[],
  createdAt: Date,
  expiresAt: Date | null,
): readonly FieldProblem[] {
  const seconds = longestLife(apis)
  if (seconds === undefined) return []
  const latest = new Date(createdAt.getTime() + seconds * 1000)
  if (expiresAt !== null && expiresAt <= latest) return []
  const detail = `The maximum of its apis lets the key live for ${seconds} seconds: until ${latest.toISOString()}.`
  return [{ pointer: '/expires_at', detail }]
}

/** A restriction that allows everything is none, where one is demanded. */
export function restrictionsUnderMaximum(
  apis: readonly Bounding[],
  restrictions: readonly Restriction[],
): readonly FieldProblem[] {
  return apis.flatMap((api) =>
    (maximumFromRow(api.maximum)?.required_restrictions ?? []).flatMap((kind) => {
      const ofKind = restrictions.filter((each) => each.kind === kind && each.mode !== 'shadow')
      if (ofKind.some((each) => !isOpenRestriction(each))) return []
      const demand = `The api ${api.name} demands a restriction of the kind ${kind}, enforced`
      const [open] = ofKind
      return open === undefined
        ? [{ pointer: '/restrictions', detail: `${demand}.` }]
        : [
            {
              pointer: `/restrictions/${restrictions.indexOf(open)}`,
              detail: `This allows everything. ${demand}, that keeps something out.`,
            },
          ]
    }),
  )
}
