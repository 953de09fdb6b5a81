import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestControl, type TestControl } from './testing/open-control.ts'

let it: TestControl
beforeAll(async () => {
  it = await openTestControl()
})
afterAll(async () => it.dispose())

test('what has changed since is not deleted by who has seen the old one', async () => {
  const made = async (path: string, body: object) =>
    String((await it.call('POST', `/api/v1${path}`, { body })).body['id'])
  const apiId = await made('/apis', { name: 'late', prefix: 'late', scopes: ['read'] })
  const guard = { api_id: apiId, required_scopes: ['read'] }
  const routeId = await made('/routes', { name: 'late', upstream_url: 'https://a.example', ...guard })
  const modelId = await made('/models', {
    name: 'late',
    deployments: [{ base_url: 'https://a.example/v1', model: 'm' }],
    ...guard,
  })
  for (const path of [`/routes/${routeId}`, `/models/${modelId}`, `/apis/${apiId}`]) {
    const at = (tag: string) => it.call('DELETE', `/api/v1${path}`, { headers: { 'if-match': tag } })
    expect((await it.call('PATCH', `/api/v1${path}`, { body: { limits: [] } })).status).toBe(200)
    const late = await at('"1"')
    expect([late.status, late.body.code]).toEqual([412, 'precondition_failed'])
    expect((await at('"2"')).status).toBe(204)
  }
})
