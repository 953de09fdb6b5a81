import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSetupLink } from '#identity'
import { openTestControl, type TestControl } from './testing/open-control.ts'

let it: TestControl
beforeAll(async () => {
  it = await openTestControl()
})
afterAll(async () => it.dispose())

async function newSecret(): Promise<string> {
  const link = await createSetupLink(it.identity.room, it.identity.caller, null)
  return new URL(link.url.reveal()).hash.slice(1)
}

describe('the set-up page', () => {
  test('is plain, and runs only its own script', async () => {
    const { text, headers } = await it.call('GET', '/api/setup', { as: '' })
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/script-src 'sha256-[A-Za-z0-9+/]{43}='; connect-src 'self'/)
    expect(policy).not.toContain('unsafe')
    expect(text).not.toMatch(/(?:src|href)="https?:/)
    const script = /<script>(.*)<\/script>/s.exec(text)?.[1] ?? ''
    expect(policy).toContain(Buffer.from(it.identity.seal.sha256(script)).toString('base64'))
  })

  test('posts what stands behind # and gets an owner key, once', async () => {
    const secret = await newSecret()
    const send = async () => it.call('POST', '/api/v1/setup', { as: '', body: { secret, owner_name: 'Ada' } })
    const first = await send()
    expect(first.status).toBe(201)
    expect(first.headers.get('location')).toBe(`/api/v1/admin-keys/${first.body.id}`)
    expect((await it.call('GET', '/api/v1/me', { as: first.body.secret })).body).toMatchObject({
      role: 'owner',
      is_home: true,
    })
    const second = await send()
    expect([second.status, second.body.code]).toEqual([410, 'gone'])
    expect(second.text).not.toContain(first.body.secret)
  })

  test('counts wrong secrets as failures', async () => {
    it.failures.length = 0
    const secret = await newSecret()
    const wrong = await it.call('POST', '/api/v1/setup', {
      as: '',
      body: { secret: secret.slice(0, -1), owner_name: 'Eve' },
    })
    expect([wrong.status, wrong.body.code]).toEqual([401, 'credential_invalid'])
    expect(it.failures).toEqual(['probe: credential_invalid', 'shield: credential_invalid'])
  })

  test('is held off with its address', async () => {
    it.world.shieldedForMs = 1
    expect(
      (await it.call('POST', '/api/v1/setup', { as: '', body: { secret: 'x', owner_name: 'Eve' } })).body.code,
    ).toBe('probing')
    it.world.shieldedForMs = 0
  })
})

test('another workspace begins with a link of its own', async () => {
  const made = await it.call('POST', '/api/v1/workspaces', { body: { name: 'Tenant' } })
  const secret = new URL(made.body.setup_url).hash.slice(1)
  const owner = await it.call('POST', '/api/v1/setup', { as: '', body: { secret, owner_name: 'Tess' } })
  expect((await it.call('GET', '/api/v1/me', { as: owner.body.secret })).body).toMatchObject({
    workspace_id: made.body.id,
    is_home: false,
  })
  const lost = await it.call('POST', `/api/v1/workspaces/${made.body.id}/setup-links`)
  expect(new URL(lost.body.setup_url).pathname).toBe('/api/setup')
})
