/** What a handler answered, as an HTTP response. */
import { z } from 'zod'
import type { BoundOperation, Operation, Page, Place } from '#edge'
import { etagOf } from './etag.ts'

export const API_ROOT = '/api/v1'

/** An answer in the form in which it can be stored and repeated. */
export interface Answer {
  readonly status: number
  /** Undefined: no body. */
  readonly body: unknown
  readonly location: string | undefined
  readonly etag: string | undefined
}

export function answerOf(operation: BoundOperation, answered: unknown): Answer {
  if (operation.status === 204) return { status: 204, body: undefined, location: undefined, etag: undefined }
  const revision = operation.revision?.(answered) ?? numberMember(answered, 'revision')
  return {
    status: operation.status,
    body: answered,
    location:
      operation.status === 201
        ? `${API_ROOT}${operation.location?.(answered) ?? defaultLocation(operation, answered)}`
        : undefined,
    etag: revision === undefined ? undefined : etagOf(revision),
  }
}

/** Whether its answers carry an ETag. */
export function hasEtag({ sort, revision, answer }: Operation): boolean {
  return sort === undefined && (revision !== undefined || (answer instanceof z.ZodObject && 'revision' in answer.shape))
}

/** @param page what the handler of a list answered */
export function pageAnswer(
  page: Page<unknown>,
  cursorOf: (place: Place) => string,
): { readonly answer: Answer; readonly cursor: string | undefined } {
  const cursor = page.next === undefined ? undefined : cursorOf(page.next)
  const body = { data: page.items, next_cursor: cursor ?? null, has_more: cursor !== undefined }
  return { answer: { status: 200, body, location: undefined, etag: undefined }, cursor }
}

export function responseOf(answer: Answer, fields: Readonly<Record<string, string>> = {}): Response {
  const headers = new Headers(fields)
  if (answer.location !== undefined) headers.set('Location', answer.location)
  if (answer.etag !== undefined) headers.set('ETag', answer.etag)
  if (answer.body === undefined) return new Response(null, { status: answer.status, headers })
  headers.set('Content-Type', 'application/json')
  return new Response(JSON.stringify(answer.body), { status: answer.status, headers })
}

/** Of the thing that was made or changed; undefined where the answer has none. */
export function idOfAnswer(answered: unknown): string | undefined {
  return stringMember(answered, 'id')
}

function defaultLocation(operation: BoundOperation, answered: unknown): string {
  return `${operation.path}/${idOfAnswer(answered) ?? ''}`
}

function stringMember(value: unknown, name: string): string | undefined {
  const member = memberOf(value, name)
  return typeof member === 'string' ? member : undefined
}

function numberMember(value: unknown, name: string): number | undefined {
  const member = memberOf(value, name)
  return typeof member === 'number' ? member : undefined
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined
}
