/**
 * Cursors: the place of the last item, signed. The signature covers the list, its filters and its order, so that a cursor
 * of one list cannot be used to look into another, and made-up ones are refused.
 */
import { ClavigerError } from '@claviger/core'
import { z } from 'zod'
import type { Place } from '#edge'

/** A keyed hash of the caller's workspace. */
export type Sign = (text: string) => string

const LONGEST = 600
const TAG_LENGTH = 32
const place = z.tuple([z.union([z.number(), z.string()]), z.string()])

/** @param list what the cursor is good for: operation, filters, order */
export function writeCursor(at: Place, list: string, sign: Sign): string {
  const text = JSON.stringify([at.value, at.id])
  return `${Buffer.from(text).toString('base64url')}.${tagOf(text, list, sign)}`
}

/** @throws ClavigerError `validation_failed` for a cursor that was not made for this list */
export function readCursor(cursor: string, list: string, sign: Sign): Place {
  const [encoded = '', tag = '', ...rest] = cursor.slice(0, LONGEST + 1).split('.')
  const text = Buffer.from(encoded, 'base64url').toString()
  // The tag is no secret of the caller's: there is nothing to learn from how long the comparison takes but a hash of own input.
  if (rest.length > 0 || cursor.length > LONGEST || tag !== tagOf(text, list, sign)) throw refusal()
  const [value, id] = place.parse(JSON.parse(text))
  return { value, id }
}

function tagOf(text: string, list: string, sign: Sign): string {
  return sign(`cursor\n${list}\n${text}`).slice(-TAG_LENGTH)
}

function refusal(): ClavigerError {
  const detail = 'This cursor does not belong to this list with these filters and this order. Start again without it.'
  return new ClavigerError('validation_failed', detail, { errors: [{ pointer: '#/query/cursor', detail }] })
}
