import { describe, expect, test } from 'vitest'
import { type OpenedCredential, refusalOf } from './credential.ts'
import { parseOrigin } from '@claviger/core'
import { credential, requestTo } from './testing/send.ts'

const ORIGIN = 'https://api.example.com'
const NONE: ReadonlySet<string> = new Set()

function ask(changes: Partial<OpenedCredential>, origin = ORIGIN, isNamedHost = false): string | undefined {
  const parsed = parseOrigin(origin)
  if (parsed === undefined) throw new Error('the test needs an origin')
  return refusalOf(credential({ origins: [ORIGIN], ...changes }), requestTo(origin, { credentialId: 'pvk_test' }), {
    origin: parsed,
    isNamedHost,
  })?.code
}

describe('refusalOf', () => {
  test('lets a credential go to an origin of its list, however that origin is spelt', () => {
    expect(ask({})).toBeUndefined()
    expect(ask({}, 'https://API.example.com.:443')).toBeUndefined()
  })

  test.each([
    'https://api.example.com:8443',
    'https://example.com',
    'https://api.example.com.evil.example',
    'https://xapi.example.com',
  ])('keeps it from %s', (origin) => {
    expect(ask({}, origin)).toBe('origin_not_allowed')
  })

  test('keeps it from plaintext, except to a host that the operator has named', () => {
    const plain = 'http://api.example.com'
    expect(ask({ origins: [plain] }, plain)).toBe('origin_not_allowed')
    expect(ask({ origins: [plain] }, plain, true)).toBeUndefined()
  })

  test('answers for a credential of another workspace as for one that does not exist', () => {
    const request = requestTo(ORIGIN, { credentialId: 'pvk_test' })
    const origin = parseOrigin(ORIGIN)
    if (origin === undefined) throw new Error('the test needs an origin')
    const foreign = refusalOf(credential({ workspaceId: 'wsp_other', origins: [ORIGIN] }), request, {
      origin,
      isNamedHost: false,
    })
    expect(foreign).toEqual(refusalOf(undefined, request, { origin, isNamedHost: false }))
    expect(foreign?.code).toBe('credential_unavailable')
  })

  test.each([
    { because: 'nobody is named', usedBy: { routes: NONE, models: NONE, apps: NONE }, code: undefined },
    {
      because: 'the route is named',
      usedBy: { routes: new Set(['rte_test']), models: NONE, apps: NONE },
      code: undefined,
    },
    {
      because: 'another route is named',
      usedBy: { routes: new Set(['rte_other']), models: NONE, apps: NONE },
      code: 'origin_not_allowed',
    },
    {
      because: 'only a model is named',
      usedBy: { routes: NONE, models: new Set(['mdl_one']), apps: NONE },
      code: 'origin_not_allowed',
    },
    {
      because: 'the app is named',
      usedBy: { routes: NONE, models: NONE, apps: new Set(['app_test']) },
      code: undefined,
    },
    {
      because: 'another app is named',
      usedBy: { routes: NONE, models: NONE, apps: new Set(['app_other']) },
      code: 'origin_not_allowed',
    },
    {
      because: 'the route is named, but another app',
      usedBy: { routes: new Set(['rte_test']), models: NONE, apps: new Set(['app_other']) },
      code: 'origin_not_allowed',
    },
  ])('answers $code when $because', ({ usedBy, code }) => {
    expect(ask({ usedBy })).toBe(code)
  })
})
