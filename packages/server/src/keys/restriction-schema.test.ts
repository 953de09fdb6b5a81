import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileRestrictions, type Restriction } from '@claviger/core'
import { z } from 'zod'
import { restrictions } from './restriction-schema.ts'

const THUMBPRINT = 'ab'.repeat(32)

/** One of each kind, with every member that it has. */
const WHOLE: readonly Restriction[] = [
  { kind: 'ip', allow: ['10.0.0.0/8', '2001:db8::/32'], deny: ['10.1.2.3'], mode: 'enforce' },
  { kind: 'origin', allow: ['https://app.example.com', 'https://*.example.com:8443'], mode: 'shadow' },
  { kind: 'user_agent', allow: ['MyApp/*'], deny: ['*bot*'], mode: 'enforce' },
  { kind: 'request', allow: [{ methods: ['GET'], path: '/orders/{id}' }, { path: '/files/**' }], mode: 'enforce' },
  { kind: 'country', allow: ['DE', 'FR'], mode: 'enforce' },
  { kind: 'asn', deny: [64_500], mode: 'enforce' },
  {
    kind: 'time',
    zone: 'Europe/Berlin',
    windows: [
      { days: ['mon', 'fri'], from: '09:00', to: '17:00' },
      { from: '22:00', to: '24:00' },
    ],
    mode: 'enforce',
  },
  { kind: 'client_certificate', thumbprints: [THUMBPRINT], mode: 'enforce' },
  { kind: 'api_version', allow: ['2026-11'], mode: 'enforce' },
]

describe('restrictions', () => {
  test('takes one of each kind as it stands, and what comes out compiles', () => {
    const parsed: readonly Restriction[] = restrictions.parse(WHOLE)
    expect(parsed).toEqual(WHOLE)
    expect(compileRestrictions(parsed).map(({ kind }) => kind)).toEqual(WHOLE.map(({ kind }) => kind))
  })

  test('enforces what does not say otherwise', () => {
    expect(restrictions.parse([{ kind: 'ip', allow: ['10.0.0.0/8'] }])).toEqual([
      { kind: 'ip', allow: ['10.0.0.0/8'], mode: 'enforce' },
    ])
  })

  test.each<readonly [unknown, readonly string[]]>([
    ['ip', ['']],
    [{ kind: 'ip' }, ['']],
    [[{ kind: 'moon' }], ['/0/kind']],
    [[{ allow: ['10.0.0.0/8'] }], ['/0/kind']],
    [[{ kind: 'ip', allow: ['10.0.0.0/8'], more: 1 }], ['/0/more']],
    [[{ kind: 'ip', allow: ['10.0.0.0/8'], mode: 'off' }], ['/0/mode']],
    [[{ kind: 'ip' }], ['/0']],
    [[{ kind: 'ip', allow: [] }], ['/0/allow']],
    [[{ kind: 'ip', allow: ['10.0.0.0/8', '10.0.0.0/8'] }], ['/0/allow']],
    [[{ kind: 'ip', allow: ['10.0.0.1/8', 'x'], deny: ['y'] }], ['/0/allow/0', '/0/allow/1', '/0/deny/0']],
    [[{ kind: 'ip', allow: ['x'.repeat(65)] }], ['/0/allow/0']],
    [[WHOLE[0], { kind: 'origin', allow: ['app.example.com'] }], ['/1/allow/0']],
    [[{ kind: 'user_agent', deny: [''] }], ['/0/deny/0']],
    [[{ kind: 'request', allow: [{ methods: ['get'], path: '/a' }] }], ['/0/allow/0/methods/0']],
    [[{ kind: 'request', allow: [{ path: '/a/../b' }] }], ['/0/allow/0/path']],
    [[{ kind: 'request', allow: [{ path: '/a', query: 'x' }] }], ['/0/allow/0/query']],
    [[{ kind: 'country', allow: ['DE'], deny: ['FR'] }], ['/0']],
    [[{ kind: 'country', allow: ['de'] }], ['/0/allow/0']],
    [[{ kind: 'country', deny: ['UK'] }], ['/0/deny/0']],
    [[{ kind: 'asn', allow: ['64500'] }], ['/0/allow/0']],
    [[{ kind: 'asn', allow: [0, 4_294_967_296] }], ['/0/allow/0', '/0/allow/1']],
    [
      [{ kind: 'time', zone: 'Mars/Olympus', windows: [{ from: '09:00', to: '09:00' }] }],
      ['/0/zone', '/0/windows/0/to'],
    ],
    [
      [{ kind: 'time', zone: 'UTC', windows: [{ from: '24:00', to: '9:00' }] }],
      ['/0/windows/0/from', '/0/windows/0/to'],
    ],
    [
      [{ kind: 'time', zone: 'UTC', windows: [{ days: ['monday'], from: '09:00', to: '10:00' }] }],
      ['/0/windows/0/days/0'],
    ],
    [[{ kind: 'client_certificate', thumbprints: ['x'] }], ['/0/thumbprints/0']],
    [[{ kind: 'api_version', allow: [''] }], ['/0/allow/0']],
    [Array.from({ length: 33 }, () => WHOLE[0]), ['']],
  ])('%j is refused, with a pointer to each mistake', (value, pointers) => {
    expect(pointersOf(value)).toEqual(pointers)
  })

  test('takes 32 and no more', () => {
    expect(restrictions.safeParse(Array.from({ length: 32 }, () => WHOLE[0])).success).toBe(true)
  })

  test('refuses or takes whatever stands in a member, and never throws', () => {
    const kind = fc.constantFrom(...WHOLE.map((each) => each.kind))
    const anything = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string({ maxLength: 8 }))
    const members = fc.dictionary(
      fc.constantFrom('allow', 'deny', 'zone', 'windows', 'thumbprints', 'mode', '__proto__'),
      anything,
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(kind, members), { maxLength: 3 }), (list) => {
        const parsed = restrictions.safeParse(list.map(([each, rest]) => ({ ...rest, kind: each })))
        if (parsed.success) compileRestrictions(parsed.data)
        else expect(parsed.error.issues.length).toBeGreaterThan(0)
      }),
      { numRuns: 200 },
    )
  })

  test('takes every example of the guide', () => {
    const guide = readFileSync(new URL('../../../../docs/guide/restrictions.md', import.meta.url), 'utf8')
    const body = z.strictObject({ restrictions })
    const examples = [...guide.matchAll(/```json\n([^`]+)```/g)].map((match) => body.parse(JSON.parse(match[1] ?? '')))
    const kinds = new Set(examples.flatMap((example) => example.restrictions.map(({ kind }) => kind)))
    expect(kinds).toEqual(new Set(WHOLE.map(({ kind }) => kind)))
  })

  test('can be described in OpenAPI, every object closed', () => {
    const schema = JSON.stringify(z.toJSONSchema(restrictions, { io: 'input' }))
    for (const { kind } of WHOLE) expect(schema).toContain(`"const":"${kind}"`)
    expect(schema.match(/"type":"object"/g)).toHaveLength(schema.match(/"additionalProperties":false/g)?.length ?? 0)
  })
})

function pointersOf(value: unknown): readonly string[] {
  const { error } = restrictions.safeParse(value)
  return (error?.issues ?? []).flatMap((issue) => {
    const pointer = issue.path.map((part) => `/${String(part)}`).join('')
    return issue.code === 'unrecognized_keys' ? issue.keys.map((name) => `${pointer}/${name}`) : [pointer]
  })
}
