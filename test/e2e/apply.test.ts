/** `claviger apply` and `claviger export`, against a server of their own. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { api, makeWorld, startProduct, type Product } from '../support/product.ts'
import { guideFile, richFile } from '../support/rich-file.ts'

interface Step {
  readonly kind: string
  readonly name: string
  readonly app?: string
  readonly action: string
  readonly changes: readonly string[]
  readonly state?: string
  readonly secret?: string
}

let upstream: Awaited<ReturnType<typeof startStandIn>>
let product: Product
let file: string

beforeAll(async () => {
  upstream = await startStandIn()
  product = await startProduct()
  await makeWorld(product, upstream.origin)
  file = join(product.dataDir, 'claviger.yaml')
})

afterAll(async () => {
  await product?.dispose()
  await upstream?.close()
})

interface Described {
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: { readonly properties?: object } } }
  }
}

async function readDocument() {
  const text = await readFile(new URL('../../openapi/claviger.json', import.meta.url), 'utf8')
  return JSON.parse(text) as {
    readonly paths: Record<string, { readonly post?: Described; readonly patch?: Described }>
  }
}

const stepsOf = (answer: Record<string, unknown>): readonly Step[] => answer['steps'] as readonly Step[]
const actionsOf = (answer: Record<string, unknown>): readonly string[] => [
  ...new Set(stepsOf(answer).map(({ action }) => action)),
]

async function apply(text: string, ...options: readonly string[]): Promise<Record<string, unknown>> {
  await writeFile(file, text)
  return product.cliJson(['apply', '-f', file, ...options])
}

async function count(list: string): Promise<number> {
  const { body } = await api(product, 'GET', `/${list}?limit=100`)
  return Array.isArray(body['data']) ? body['data'].length : -1
}

const wanted = (scope: string): string => `
routes:
  - name: notes
    api: demo
    upstream_url: ${upstream.origin}/echo
    required_scopes: [${scope}]
  - name: more
    api: demo
    upstream_url: ${upstream.origin}/echo
    required_scopes: [chat]
    provider_key: stand-in
    limits: [{ kind: window, name: requests, limit: 10, window_seconds: 60 }, 5/once]
models:
  - name: slow
    api: demo
    required_scopes: [chat]
    deployments:
      - base_url: ${upstream.origin}/v1
        model: stand-in-1
        provider_key: stand-in
`

describe('apply', () => {
  test('shows the difference without making it, makes it, and has nothing to do the second time', async () => {
    const dry = await apply(wanted('chat'), '--dry-run')
    expect(dry['steps']).toEqual([
      { kind: 'routes', name: 'notes', action: 'update', changes: ['required_scopes'] },
      { kind: 'routes', name: 'more', action: 'create', changes: [] },
      { kind: 'models', name: 'slow', action: 'create', changes: [] },
    ])
    expect(await count('models')).toBe(1)
    await apply(wanted('chat'))
    expect(await count('models')).toBe(2)
    expect(actionsOf(await apply(wanted('chat')))).toEqual(['unchanged'])
  })

  test('makes what the same file refers to, in whatever order it stands there, also in a dry run', async () => {
    const text = `
keys: [{ name: first, app: fresh, apis: [fresh], plan: fresh, scopes: [read] }]
routes: [{ name: fresh, api: fresh, upstream_url: '${upstream.origin}/echo', required_scopes: [read] }]
apps: [{ name: fresh, owner: fresh@example.com, plan: fresh }]
plans: [{ name: fresh, limits: [1000/day] }]
apis: [{ name: fresh, prefix: fresh, scopes: [read] }]
`
    const dry = await apply(text, '--dry-run')
    expect(stepsOf(dry).map(({ kind }) => kind)).toEqual(['apis', 'plans', 'apps', 'routes', 'keys'])
    expect(actionsOf(dry)).toEqual(['create'])
    expect(await count('plans')).toBe(0)
    const made = stepsOf(await apply(text))
    expect(made.map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => 'done'))
    const secret = made.at(-1)?.secret ?? ''
    expect(secret).toMatch(/^fresh_live_/)
    const verified = await api(product, 'POST', '/keys/verify', { key: secret, scopes: ['read'] })
    expect(verified.body).toMatchObject({ valid: true, limits: [{ name: 'per-day', owner: 'plan' }] })
    const again = await apply(text)
    expect(actionsOf(again)).toEqual(['unchanged'])
    expect(JSON.stringify(again)).not.toContain('secret')
  })

  test('every member of every kind: made as it says, unchanged the second time, changed and back again', async () => {
    const text = richFile(upstream.origin)
    await apply(text)
    const again = await apply(text)
    expect(stepsOf(again).filter(({ action }) => action !== 'unchanged')).toEqual([])
    const other = text
      .replaceAll('orders.read', 'orders.list')
      .replaceAll('60s', '61s')
      .replaceAll('disabled: true', 'disabled: false')
    const changed = stepsOf(await apply(other)).filter(({ action }) => action === 'update')
    expect(new Set(changed.map(({ kind }) => kind))).toEqual(
      new Set(['apis', 'plans', 'apps', 'routes', 'models', 'keys']),
    )
    expect(actionsOf(await apply(other))).toEqual(['unchanged'])
    const back = stepsOf(await apply(text)).filter(({ action }) => action === 'update')
    const told = ({ kind, name, app, changes }: Step): string => [kind, app, name, ...changes.toSorted()].join(' ')
    expect(new Set(back.flatMap(({ changes }) => changes))).toEqual(new Set(changed.flatMap(({ changes }) => changes)))
    expect(back.length, back.map(told).join('\n')).toBe(changed.length)
    expect(actionsOf(await apply(text))).toEqual(['unchanged'])
  })

  test('the file of that test holds every member that the contract knows', async () => {
    const rich = parseYaml(richFile(upstream.origin)) as Record<string, readonly Record<string, unknown>[]>
    const { paths } = await readDocument()
    for (const [section, items] of Object.entries(rich)) {
      const written = new Set(items.flatMap((item) => Object.keys(item)))
      const bodies = [paths[`/api/v1/${section}`]?.post, paths[`/api/v1/${section}/{id}`]?.patch]
      const known = bodies.flatMap((operation) =>
        Object.keys(operation?.requestBody?.content['application/json'].schema.properties ?? {}),
      )
      const named = (member: string): string => member.replace(/_id$/, '').replace(/_ids$/, 's')
      expect({
        section,
        missing: known.filter((member) => !written.has(member) && !written.has(named(member))),
      }).toEqual({
        section,
        missing: [],
      })
    }
  })

  test('the example of the guide runs', async () => {
    const text = await guideFile()
    const made = await apply(text.replaceAll(/https:\/\/[a-z.]+\.example\//g, `${upstream.origin}/`))
    expect(actionsOf(made)).toEqual(['create'])
  })

  test.each([
    { what: 'an unknown list', text: 'rules: []', says: ['/rules', 'apis, plans'] },
    { what: 'a mistyped list', text: 'modles: []', says: ['Did you mean models?'] },
    { what: 'an api of nobody', text: 'routes: [{ name: a, api: nobody }]', says: ['no api named nobody'] },
    { what: 'a mistyped reference', text: 'routes: [{ name: a, api: dmeo }]', says: ['Did you mean demo?'] },
    { what: 'text that is no YAML', text: 'routes: [', says: ['cannot be read'] },
    { what: 'an unknown member', text: 'apps: [{ name: a, ownr: x }]', says: ['/apps/0/ownr', 'Did you mean owner?'] },
    { what: 'a missing member', text: 'keys: [{ name: a, apis: [demo] }]', says: ['/keys/0/app: is needed'] },
    { what: 'a name twice', text: 'plans: [{ name: a }, { name: a }]', says: ['/plans/1/name', '/plans/0'] },
    { what: 'a bad value', text: 'apis: [{ name: a, prefix: A-B }]', says: ['/apis/0/prefix'] },
    { what: 'a bad limit', text: 'plans: [{ name: a, limits: [many] }]', says: ['/plans/0/limits', '100/60s'] },
    {
      what: 'a change of a prefix',
      text: 'apis: [{ name: demo, prefix: other }]',
      says: ['cannot be changed', 'demo'],
    },
  ])('refuses $what with exit code 2 and changes nothing', async ({ text, says }) => {
    const before = await count('apps')
    await writeFile(file, `${text}\n${text.startsWith('apps') ? '' : 'apps: [{ name: never, owner: nobody }]\n'}`)
    const ran = await product.cli(['apply', '-f', file])
    expect(ran.code).toBe(2)
    for (const words of says) expect(ran.stderr).toContain(words)
    expect(await count('apps')).toBe(before)
  })

  test('refuses another environment for a key that is there', async () => {
    const key = (environment: string): string =>
      `keys: [{ name: fixed, app: tests, apis: [demo], environment: ${environment} }]`
    await apply(key('test'))
    await writeFile(file, key('live'))
    const ran = await product.cli(['apply', '-f', file])
    expect({ code: ran.code, stderr: ran.stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/keys/0/environment: cannot be changed: it is "test"'),
    })
  })

  test('refuses a key in a disabled app, unless the file enables it', async () => {
    const text = (disabled: string): string => `
apps: [{ name: asleep, owner: a@example.com${disabled} }]
keys: [{ name: one, app: asleep, apis: [demo] }]
`
    await apply(`apps: [{ name: asleep, owner: a@example.com, disabled: true }]`)
    await writeFile(file, text(''))
    const ran = await product.cli(['apply', '-f', file])
    expect(ran.code).toBe(2)
    expect(ran.stderr).toContain('/keys/0: cannot be made: its app is disabled')
    const steps = stepsOf(await apply(text(', disabled: false')))
    expect(steps.map(({ action }) => action)).toEqual(['update', 'create'])
  })

  test('stops where the server refuses, says what is done, and goes on when it is run again', async () => {
    const text = (url: string): string => `
apps: [{ name: halfway, owner: h@example.com }]
routes: [{ name: bad, api: demo, upstream_url: '${url}', required_scopes: [chat] }]
keys: [{ name: late, app: halfway, apis: [demo] }]
`
    await writeFile(file, text('ftp://x'))
    const ran = await product.cli(['apply', '-f', file])
    expect(ran.code).toBe(1)
    expect(ran.stdout).toContain('+ apps halfway')
    expect(ran.stdout).toContain('- keys halfway/late: not tried')
    expect(ran.stderr).toContain('Stopped at routes bad')
    expect(ran.stderr).toContain('/upstream_url')
    expect(ran.stderr).toContain('1 of 3 are done and stay so, 1 were not tried')
    const steps = stepsOf(await apply(text(`${upstream.origin}/echo`)))
    expect(steps.map(({ action }) => action)).toEqual(['unchanged', 'create', 'create'])
  })
})

describe('secrets of keys that apply makes', () => {
  const keys = (names: readonly string[]): string =>
    names.map((name) => `  - { name: ${name}, app: tests, apis: [demo], scopes: [chat] }`).join('\n')

  test('are printed once, with a note', async () => {
    await writeFile(file, `keys:\n${keys(['printed'])}`)
    const ran = await product.cli(['apply', '-f', file])
    expect(ran.stdout).toMatch(/^ +secret, shown this once: demo_live_/m)
    expect(ran.stdout).toContain('1 secret was printed, and can never be read again')
    expect((await product.cli(['apply', '-f', file])).stdout).not.toContain('secret')
  })

  test('go to a new file of their own, readable by its owner only', async () => {
    const secrets = join(product.dataDir, 'secrets.jsonl')
    const made = await apply(`keys:\n${keys(['filed-1', 'filed-2'])}`, '--secrets-to', secrets)
    expect(JSON.stringify(made)).not.toContain('demo_live_')
    expect(made['secrets_file']).toBe(secrets)
    expect((await stat(secrets)).mode & 0o777).toBe(0o600)
    const lines = (await readFile(secrets, 'utf8')).trim().split('\n')
    const read = lines.map((line) => JSON.parse(line) as Record<string, string>)
    expect(read.map(({ app, name }) => ({ app, name }))).toEqual([
      { app: 'tests', name: 'filed-1' },
      { app: 'tests', name: 'filed-2' },
    ])
    for (const { secret } of read)
      expect((await api(product, 'POST', '/keys/verify', { key: secret })).body['valid']).toBe(true)
    await writeFile(file, `keys:\n${keys(['filed-3'])}`)
    const ran = await product.cli(['apply', '-f', file, '--secrets-to', secrets])
    expect({ code: ran.code, stderr: ran.stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is there already'),
    })
    expect((await api(product, 'GET', '/keys?limit=100')).body['data']).not.toContainEqual(
      expect.objectContaining({ name: 'filed-3' }),
    )
  })

  test('of a run that stopped in the middle are told all the same', async () => {
    const text = `keys:\n${keys(['before'])}\n  - { name: after, app: tests, apis: [demo], scopes: [nonsense] }`
    await writeFile(file, text)
    const ran = await product.cli(['apply', '-f', file, '--json'])
    expect(ran.code).toBe(1)
    const steps = stepsOf(JSON.parse(ran.stdout) as Record<string, unknown>)
    expect(steps).toMatchObject([
      { name: 'before', state: 'done', secret: expect.stringMatching(/^demo_live_/) },
      { name: 'after', state: 'failed', error: expect.stringContaining('/scopes/0') },
    ])
  })
})

describe('export', () => {
  test('of a rich workspace changes nothing when it is applied, and names no id and no secret', async () => {
    const ran = await product.cli(['export'])
    expect(ran.code).toBe(0)
    expect(ran.stdout).not.toMatch(/(?:api|app|pln|key|rte|mdl|pvk)_[0-9a-hjkmnp-tv-z]{26}|demo_live_/)
    const applied = await apply(ran.stdout, '--dry-run')
    expect(stepsOf(applied).length).toBeGreaterThan(20)
    expect(stepsOf(applied).filter(({ action }) => action !== 'unchanged')).toEqual([])
    const json = await product.cliJson(['export', '--only', 'apis', '--only', 'plans'])
    expect(Object.keys(json)).toEqual(['apis', 'plans'])
  })

  test('makes the same in a new workspace', async () => {
    const text = (
      await product.cli(['export', '--only', 'apis', '--only', 'plans', '--only', 'apps', '--only', 'keys'])
    ).stdout
    const { body: workspace } = await api(product, 'POST', '/workspaces', { name: 'copy' })
    const { body: link } = await api(product, 'POST', `/workspaces/${String(workspace['id'])}/setup-links`)
    const { body: owner } = await api(product, 'POST', '/setup', {
      secret: new URL(String(link['setup_url'])).hash.slice(1),
      owner_name: 'Copy',
    })
    const before = { ...product.env }
    Object.assign(product.env, { CLAVIGER_TOKEN: owner['secret'] })
    try {
      expect(actionsOf(await apply(text))).toEqual(expect.arrayContaining(['create']))
      expect((await product.cli(['export'])).stdout).toBe(text)
    } finally {
      Object.assign(product.env, before)
    }
  })

  test('leaves out what two things have one name for, and what has ended', async () => {
    const [apis, apps] = await Promise.all([
      api(product, 'GET', '/apis?limit=100'),
      api(product, 'GET', '/apps?limit=100'),
    ])
    const idOf = (list: typeof apis, name: string): unknown =>
      (list.body['data'] as readonly Record<string, unknown>[]).find((item) => item['name'] === name)?.['id']
    const body = { name: 'twin', app_id: idOf(apps, 'tests'), api_ids: [idOf(apis, 'demo')] }
    const ids = [await api(product, 'POST', '/keys', body), await api(product, 'POST', '/keys', body)]
    const ran = await product.cli(['export', '--only', 'keys'])
    expect(ran.stderr).toContain('keys twin: left out, for 2 have this name')
    expect(ran.stdout).not.toContain('twin')
    await writeFile(file, `keys: [{ name: twin, app: tests, apis: [demo] }]`)
    expect((await product.cli(['apply', '-f', file])).stderr).toContain('/keys/0/name: is the name of 2 keys')
    for (const { body: key } of ids) await api(product, 'POST', `/keys/${String(key['id'])}/revoke`, {})
    expect((await product.cli(['export', '--only', 'keys'])).stderr).toBe('')
  })
})
