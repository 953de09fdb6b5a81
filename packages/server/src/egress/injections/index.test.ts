import { describe, expect, test } from 'vitest'
import { type Injection, inject, injectors } from './index.ts'

const outgoing = {
  origin: 'https://api.example.com',
  method: 'POST',
  path: '/v1/chat?x=1',
  headers: ['authorization', 'Bearer caller'],
  body: undefined,
}

const cases: readonly { readonly injection: Injection; readonly path: string; readonly headers: readonly string[] }[] =
  [
    { injection: { kind: 'bearer' }, path: '/v1/chat?x=1', headers: ['authorization', 'Bearer s3cret/+='] },
    {
      injection: { kind: 'basic', username: 'ü' },
      path: '/v1/chat?x=1',
      headers: ['authorization', 'Basic w7w6czNjcmV0Lys9'],
    },
    { injection: { kind: 'header', name: 'X-Api-Key' }, path: '/v1/chat?x=1', headers: ['x-api-key', 's3cret/+='] },
    { injection: { kind: 'query', name: 'key' }, path: '/v1/chat?x=1&key=s3cret%2F%2B%3D', headers: [] },
  ]

describe('inject', () => {
  test.each(cases)('puts a secret in as $injection.kind', async ({ injection, path, headers }) => {
    expect(await inject(outgoing, injection, 's3cret/+=')).toEqual({ path, headers })
  })

  test('has a case here for every kind', () => {
    expect(cases.map((one) => one.injection.kind).toSorted()).toEqual(Object.keys(injectors).toSorted())
  })

  test.each([
    ['/p', '/p?key=s'],
    ['/p?', '/p?key=s'],
    ['/p?key=caller', '/p?key=s'],
    ['/p?a=1&key=caller&b=2', '/p?a=1&b=2&key=s'],
    ['/p?k%65y=caller', '/p?key=s'],
    ['/p?key', '/p?key=s'],
    ['/p?KEY=1', '/p?KEY=1&key=s'],
    ['/p?%zz=1&q=a%20b+c', '/p?%zz=1&q=a%20b+c&key=s'],
  ])('replaces the parameter in %s and leaves the rest as it was', async (path, expected) => {
    expect(await inject({ ...outgoing, path }, { kind: 'query', name: 'key' }, 's')).toEqual({
      path: expected,
      headers: [],
    })
  })
})
