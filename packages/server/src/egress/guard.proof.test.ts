/** What must never leave: to whom a connection is opened, and with whose secret. */
import { Secret, parseOrigin } from '@claviger/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EgressOptions, RunningEgress } from './create-egress.ts'
import { dial } from './dial.ts'
import { WORKSPACE, credential, requestTo, send, startEgress, storeOf, testLog } from './testing/send.ts'
import { type Upstream, startRaw } from './testing/upstream.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

let upstream: Upstream
let requests: string[]
const open: RunningEgress[] = []

beforeEach(async () => {
  requests = []
  upstream = await startRaw((socket, request) => {
    requests.push(request)
    socket.write(OK)
  })
})
afterEach(async () => {
  for (const egress of open.splice(0)) await egress.close()
  await upstream.close()
})

function egressWith(changes: Partial<EgressOptions>): RunningEgress {
  const egress = startEgress(changes)
  open.push(egress)
  return egress
}

const nobodyAllowed = { config: { allowPrivateUpstreams: new Set<string>() } }

describe('the guard on addresses', () => {
  test.each([
    '127.0.0.1',
    '2130706433',
    '0177.0.0.1',
    '0x7f000001',
    '127.1',
    '[::ffff:127.0.0.1]',
    '127.0.0.1.',
    '0.0.0.0',
    '[::1]',
    '[::]',
  ])('keeps a request from this machine when it is spelt %s', async (host) => {
    const { failure } = await send(egressWith(nobodyAllowed), requestTo(`http://${host}:${upstream.port}`)).told
    expect(failure?.code).toBe('address_not_allowed')
    expect(upstream.accepted()).toBe(0)
  })

  test('keeps a request from a name that points inside, and tells the operator', async () => {
    const log = testLog()
    const egress = egressWith({ ...nobodyAllowed, log, lookup: async () => ['10.1.2.3'] })
    const { failure } = await send(egress, requestTo('http://inside.example')).told
    expect(failure).toEqual({
      code: 'address_not_allowed',
      detail: 'inside.example points to 10.1.2.3, which is not a public address.',
    })
    expect(log.lines).toHaveLength(1)
  })

  test('keeps a request from localhost through the system resolver', async () => {
    const { failure } = await send(egressWith(nobodyAllowed), requestTo(`http://localhost:${upstream.port}`)).told
    expect(failure?.code).toBe('address_not_allowed')
    expect(upstream.accepted()).toBe(0)
  })

  test('connects to the very address that was checked: a name that is rebound is asked once per connection', async () => {
    let asked = 0
    // Whoever resolves a second time, after the check, gets to the upstream.
    const lookup = async (): Promise<readonly string[]> => (++asked === 1 ? ['127.0.0.2'] : ['127.0.0.1'])
    const egress = egressWith({ config: { allowPrivateUpstreams: new Set(['rebound.example']) }, lookup })
    const { failure } = await send(egress, requestTo(`http://rebound.example:${upstream.port}`)).told
    expect(failure?.code).toBe('unreachable')
    expect(asked).toBe(1)
    expect(upstream.accepted()).toBe(0)
  })

  test('gives up a connection that went elsewhere than to a checked address', async () => {
    const origin = parseOrigin(upstream.origin)
    if (origin === undefined) throw new Error('the test needs an origin')
    const addresses = [{ address: '127.0.0.2', family: 4 }] as const
    const error = await new Promise<Error | undefined>(
      (resolve) => void dial({ origin, addresses, tls: { session: undefined, context: undefined } }, resolve),
    )
    expect(error).toMatchObject({ failure: { code: 'address_not_allowed' } })
    await expect.poll(() => upstream.open()).toBe(0)
  })

  test('tries the next address of a name when the first is not there', async () => {
    const egress = egressWith({
      config: { allowPrivateUpstreams: new Set(['two.example']) },
      lookup: async () => ['127.0.0.2', '127.0.0.1'],
    })
    expect((await send(egress, requestTo(`http://two.example:${upstream.port}`)).told).status).toBe(200)
  })

  test('checks the new answer before the next connection', async () => {
    let answer = ['127.0.0.1']
    let nowMs = 0
    const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs }
    const egress = egressWith({
      config: { allowPrivateUpstreams: new Set(['ours.example']) },
      clock,
      lookup: async () => answer,
    })
    const request = requestTo(`http://ours.example:${upstream.port}`, { headers: ['connection', 'close'] })
    expect((await send(egress, request).told).status).toBe(200)
    answer = ['169.254.169.254']
    nowMs = 10_000
    await upstream.close()
    expect((await send(egress, request).told).failure?.code).toBe('address_not_allowed')
  })

  test.each([['localhost'], ['LOCALHOST.'], ['127.0.0.1']])(
    'lets a request to a host that the operator has named: %s',
    async (name) => {
      const host = name.toLowerCase().replace(/\.$/, '')
      const egress = egressWith({
        config: { allowPrivateUpstreams: new Set([name]) },
        lookup: async () => ['127.0.0.1'],
      })
      expect((await send(egress, requestTo(`http://${host}:${upstream.port}`)).told).status).toBe(200)
    },
  )

  test('names no path and no header in what it tells', async () => {
    const log = testLog()
    const egress = egressWith({ ...nobodyAllowed, log })
    await send(egress, requestTo('http://127.0.0.1', { path: '/?key=canary-secret', headers: ['x', 'canary-secret'] }))
      .told
    expect(JSON.stringify(log.lines)).not.toContain('canary-secret')
  })
})

describe('the guard on credentials', () => {
  const here = (): string => upstream.origin

  test('adds the credential, in the place of the caller’s own', async () => {
    const egress = egressWith({ credentials: storeOf(credential({ origins: [here()] })) })
    const request = requestTo(here(), { credentialId: 'pvk_test', headers: ['Authorization', 'Bearer caller'] })
    expect((await send(egress, request).told).status).toBe(200)
    expect(requests[0]).toContain('authorization: Bearer upstream-secret\r\n')
    expect(requests[0]).not.toContain('caller')
  })

  test('waits for a vault that must read first', async () => {
    const opened = credential({ origins: [here()], injection: { kind: 'query', name: 'key' } })
    const egress = egressWith({ credentials: { open: async () => opened } })
    expect(
      (await send(egress, requestTo(here(), { credentialId: 'pvk_test', path: '/v1?a=1&key=caller' })).told).status,
    ).toBe(200)
    expect(requests[0]).toMatch(/^GET \/v1\?a=1&key=upstream-secret HTTP/)
  })

  test.each([
    { because: 'another origin', changes: { origins: ['http://127.0.0.1:1'] }, code: 'origin_not_allowed' },
    { because: 'no origin', changes: { origins: [] }, code: 'origin_not_allowed' },
    { because: 'another workspace', changes: { workspaceId: 'wsp_other' }, code: 'credential_unavailable' },
    {
      because: 'another route',
      changes: { usedBy: { routes: new Set(['rte_other']), models: new Set<string>(), apps: new Set<string>() } },
      code: 'origin_not_allowed',
    },
    {
      because: 'a line feed in the secret',
      changes: { secret: new Secret('a\r\nx-admin: 1') },
      code: 'credential_unavailable',
    },
  ])('opens no connection for $because', async ({ changes, code }) => {
    const egress = egressWith({ credentials: storeOf(credential({ origins: [here()], ...changes })) })
    const { failure } = await send(egress, requestTo(here(), { credentialId: 'pvk_test' })).told
    expect(failure?.code).toBe(code)
    expect(failure?.detail).not.toContain('upstream-secret')
    expect(upstream.accepted()).toBe(0)
  })

  test.each([
    {
      what: 'throws',
      open: () => {
        throw new Error('canary-secret')
      },
    },
    { what: 'rejects', open: () => Promise.reject(new Error('canary-secret')) },
    { what: 'knows no such credential', open: () => undefined },
  ])('answers credential_unavailable when the vault $what, in words of its own', async ({ open: openCredential }) => {
    const { failure } = await send(
      egressWith({ credentials: { open: openCredential } }),
      requestTo(here(), { credentialId: 'pvk_test' }),
    ).told
    expect(failure?.code).toBe('credential_unavailable')
    expect(failure?.detail).not.toContain('canary')
    expect(upstream.accepted()).toBe(0)
  })

  test('tells nothing of the secret when the upstream answers with it as garbage', async () => {
    const echo = await startRaw((socket, request) => socket.end(request))
    const egress = egressWith({ credentials: storeOf(credential({ origins: [echo.origin] })) })
    const { failure } = await send(egress, requestTo(echo.origin, { credentialId: 'pvk_test' })).told
    expect(failure?.code).toBe('invalid')
    expect(JSON.stringify(failure)).not.toContain('upstream-secret')
    await echo.close()
  })

  test.each(['TRACE', 'CONNECT'])(
    'never sends %s, which would hand the credential back or tunnel past the guard',
    async (method) => {
      const egress = egressWith({ credentials: storeOf(credential({ origins: [here()] })) })
      expect((await send(egress, requestTo(here(), { credentialId: 'pvk_test', method })).told).failure?.code).toBe(
        'invalid',
      )
      expect(upstream.accepted()).toBe(0)
    },
  )

  test('shares no connection between workspaces', async () => {
    const egress = egressWith({})
    const usedBy = { kind: 'route', id: 'rte_test', appId: 'app_test' } as const
    await send(egress, requestTo(here(), { usedBy: { ...usedBy, workspaceId: WORKSPACE } })).told
    await send(egress, requestTo(here(), { usedBy: { ...usedBy, workspaceId: 'wsp_other' } })).told
    expect(upstream.accepted()).toBe(2)
  })
})
