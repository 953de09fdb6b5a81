import { isId } from '@claviger/core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { z } from 'zod'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import server from '../../package.json' with { type: 'json' }
import { ALL_PERMISSIONS, wire } from '#edge'
import { CONTRACT } from './contract.ts'
import { codesOf } from './codes-of.ts'
import { openapiDocument } from './openapi.ts'

const committed = new URL('../../../../openapi/claviger.json', import.meta.url)

const document = openapiDocument(CONTRACT, '1')

describe('openapi/claviger.json', () => {
  test('is what `npm run openapi` writes', () => {
    const text = `${JSON.stringify(openapiDocument(CONTRACT, server.version), null, 2)}\n`
    expect(text === readFileSync(committed, 'utf8'), 'run: npm run openapi').toBe(true)
  })

  test('comes out the same twice', () => {
    expect(JSON.stringify(openapiDocument(CONTRACT, '1'))).toBe(JSON.stringify(document))
  })
})

describe('the document', () => {
  test('has patterns that any reader of JSON Schema understands', () => {
    const patterns = schemasIn(document).flatMap(({ pattern }) => (typeof pattern === 'string' ? [pattern] : []))
    expect(patterns.length).toBeGreaterThan(50)
    for (const pattern of new Set(patterns)) expect(() => new RegExp(pattern, 'u')).not.toThrow()
  })

  test('shows examples that fit', () => {
    const ajv = new Ajv2020({ strict: false })
    formats.default(ajv)
    const shown = schemasIn(document).filter((schema) => 'example' in schema && 'type' in schema)
    expect(shown.length).toBeGreaterThan(50)
    // most are shown in many places; and few lead to others, which are many to read
    const each = new Map(shown.map((schema) => [JSON.stringify(schema), schema]))
    for (const [text, schema] of each) {
      const others = text.includes('"$ref"') ? { components: document['components'] } : {}
      const wrong = ajv.validate({ ...schema, ...others }, schema['example']) ? '' : ajv.errorsText()
      expect(wrong, JSON.stringify(schema)).toBe('')
    }
  })
})

describe('the contract', () => {
  test('names each operation once, and each method and path once', () => {
    const ids = CONTRACT.map((operation) => operation.operationId)
    const places = CONTRACT.map((operation) => `${operation.method} ${operation.path}`)
    expect(new Set(ids).size).toBe(ids.length)
    expect(new Set(places).size).toBe(places.length)
  })

  test('asks for every permission that can be held, so none of them pretends', () => {
    const asked = new Set<string>(CONTRACT.map((operation) => operation.permission))
    expect(ALL_PERMISSIONS.filter((permission) => !asked.has(permission))).toEqual([])
  })

  describe.each(CONTRACT.map((operation) => [operation.operationId, operation] as const))(
    '%s',
    (operationId, operation) => {
      test('is named by verb and noun', () => {
        expect(operationId).toMatch(
          /^(list|get|create|update|delete|rotate|revoke|complete|check|verify|restore|wake|preview|decommission|import|explain|grant|refund|adjust|settle|lift|open|report)[A-Z][A-Za-z]*$/,
        )
      })

      test('has a path of plural resources and a schema for each parameter', () => {
        expect(operation.path).toMatch(/^(?:\/(?:[a-z]+(?:-[a-z]+)*|\{[a-z_]+\}))+$/)
        const named = [...operation.path.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1])
        expect(Object.keys(operation.params?.shape ?? {})).toEqual(named)
      })

      test('describes itself in a sentence', () => {
        expect(operation.summary).toMatch(/^[A-Z].*\.$/)
      })

      test('knows every member of its body', () => {
        if (operation.body === undefined) return
        expect(openObjects(z.toJSONSchema(operation.body, { io: 'input', unrepresentable: 'any' }))).toEqual([])
      })

      test('answers with schemas that have names', () => {
        if (operation.answer !== undefined) expect(operation.answer.meta()?.id).toMatch(/^[A-Z][A-Za-z]+$/)
        expect(operation.status === 204).toBe(operation.answer === undefined)
      })

      test('says that a change may come too late, if it looks at If-Match', () => {
        if (operation.method === 'patch') expect(codesOf(operation)).toContain('precondition_failed')
      })
    },
  )
})

test('the ids in the examples are ids', () => {
  expect(isId('app', String(wire.idOf('app').meta()?.['example']))).toBe(true)
})

/** Every object in it; those that are no schemas have no members of schemas. */
function schemasIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (typeof value !== 'object' || value === null) return []
  const own = Array.isArray(value) ? [] : [Object.fromEntries(Object.entries(value))]
  return [...own, ...Object.values(value).flatMap(schemasIn)]
}

/** Pointers of objects that take members nobody named; maps are allowed, for they say what their members are. */
function openObjects(schema: unknown, pointer = ''): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const own =
    'properties' in schema && !('additionalProperties' in schema && schema.additionalProperties === false)
      ? [pointer]
      : []
  return [...own, ...Object.entries(schema).flatMap(([name, child]) => openObjects(child, `${pointer}/${name}`))]
}
