import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { wire } from '#edge'
import { SchemaBook } from './openapi-schemas.ts'

const limit = z.strictObject({ requests: z.int().min(1) }).meta({ id: 'Limit' })

describe('a schema in the document', () => {
  test('has the pattern of its expression, without slashes and flags', () => {
    const { pattern } = new SchemaBook().schemaOf(z.string().regex(/^\p{Lu}\/$/u))
    expect(pattern).toBe('^\\p{Lu}\\/$')
  })

  test('with a name stands once, and is null only where it may be', () => {
    const book = new SchemaBook()
    const reference = { $ref: '#/components/schemas/Limit' }
    expect(book.schemaOf(z.object({ most: limit.nullable(), least: limit }))).toEqual({
      type: 'object',
      properties: { most: { anyOf: [reference, { type: 'null' }] }, least: reference },
      required: ['most', 'least'],
    })
    expect(book.named()).toEqual({
      Limit: {
        type: 'object',
        properties: { requests: { type: 'integer', minimum: 1 } },
        required: ['requests'],
        additionalProperties: false,
      },
    })
  })

  test('tells one plain type or null in short, with what it says beside', () => {
    const book = new SchemaBook()
    const members = z.object({
      at: wire.instant.nullable().meta({ description: 'When.' }),
      kind: z.enum(['a']).nullable(),
    })
    expect(book.schemaOf(members)['properties']).toEqual({
      at: { type: ['string', 'null'], format: 'date-time', example: '2026-11-24T12:00:00.000Z', description: 'When.' },
      kind: { anyOf: [{ type: 'string', enum: ['a'] }, { type: 'null' }] },
    })
  })

  test('is of what is sent: before defaults, and before texts become other things', () => {
    const body = z.strictObject({ from: wire.instantInput.optional(), scopes: wire.unique(wire.scope, 3).default([]) })
    expect(new SchemaBook().schemaOf(body)).toMatchObject({
      properties: {
        from: { type: 'string', format: 'date-time' },
        scopes: { type: 'array', uniqueItems: true, maxItems: 3, default: [] },
      },
      additionalProperties: false,
    })
  })
})
