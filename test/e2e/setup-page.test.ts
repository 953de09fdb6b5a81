/** The first minute of an installation, as its owner sees it: the printed link, the page behind it, the key, in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBrowser, type Browser } from '../support/browser.ts'
import { startProduct, type Product } from '../support/product.ts'
import { findProgram } from '../support/programs.ts'
import { startWatchingProxy, type WatchingProxy } from '../support/watching-proxy.ts'

const chromium = findProgram('chromium', 'chromium')
/** The browser tells every answer of 4xx on its console; the page cannot keep it from doing so. */
const BURNT = 'error: Failed to load resource: the server responded with a status of 410 (Gone)'

let proxy: WatchingProxy
let product: Product
let browser: Browser

describe.skipIf(chromium === undefined)('the set-up page', () => {
  beforeAll(async () => {
    proxy = await startWatchingProxy()
    product = await startProduct({ CLAVIGER_PUBLIC_URL: proxy.url, CLAVIGER_LOG_LEVEL: 'debug' }, 'without an owner')
    proxy.forwardTo(product.url)
    browser = await startBrowser(chromium ?? '')
  })

  afterAll(async () => {
    await browser?.close()
    await product?.dispose()
    await proxy?.close()
  })

  /** The first start prints it, for the person at the terminal. */
  async function printedLink(): Promise<URL> {
    await expect.poll(() => product.output()).toMatch(/Set up the first owner.*\n.*#/)
    return new URL(/^ {2}(http:\S+)$/m.exec(product.output())?.[1] ?? '')
  }

  test('gives the owner a key by keyboard alone, which opens the API, and nobody complains', async () => {
    const link = await printedLink()
    const { page, complaints, requests } = await browser.open(link.href)
    expect(await page.title()).toBe('Set up Claviger')
    // the secret is out of the address bar, and so out of the history, before anything is typed
    expect(page.url()).toBe(`${proxy.url}/api/setup`)
    // found by its label, as a screen reader finds it; the cursor stands in it already
    const owner = page.getByLabel('Name of the owner')
    expect(await page.evaluate('document.activeElement.id')).toBe(await owner.getAttribute('id'))
    await page.keyboard.type('Ada Lovelace')
    await page.keyboard.press('Enter')

    const key = page.getByLabel('Your admin key')
    await key.waitFor()
    const secret = await key.inputValue()
    expect(await owner.isVisible()).toBe(false)
    // selected, for whoever copies by hand
    expect(await page.evaluate('document.activeElement.value.slice(0, document.activeElement.selectionEnd)')).toBe(
      secret,
    )
    const asOwner = { headers: { authorization: `Bearer ${secret}` } }
    const answer = await fetch(`${product.url}/api/v1/admin-keys`, asOwner)
    expect(await answer.json()).toMatchObject({ data: [{ name: 'Ada Lovelace', role: 'owner' }] })
    expect(complaints).toEqual([])
    // nothing from elsewhere: the page, and the form
    expect(requests).toEqual([`GET ${proxy.url}/api/setup`, `POST ${proxy.url}/api/v1/setup`])

    await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: proxy.url })
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(secret)
    expect(complaints).toEqual([])
  })

  test('sends the secret of the link in the body of the form, and nowhere else', async () => {
    const secret = (await printedLink()).hash.slice(1)
    expect(secret).toMatch(/^clv_setup_/)
    const [page, form, ...others] = proxy.seen
    expect([page?.line, form?.line, others]).toEqual(['GET /api/setup', 'POST /api/v1/setup', []])
    expect(form?.body).toBe(JSON.stringify({ secret, owner_name: 'Ada Lovelace' }))
    for (const { line, headers } of proxy.seen) expect([line, ...headers].join('\n')).not.toContain(secret)
    // nor does the server write it down: the one line is the one that hands it over
    expect(product.output().split(secret)).toHaveLength(2)
  })

  test('opened a second time, says plainly that the link is used up', async () => {
    const { page, complaints } = await browser.open((await printedLink()).href)
    await page.getByLabel('Name of the owner').fill('Eve')
    await page.keyboard.press('Enter')
    const words = page.getByRole('alert')
    await words.filter({ hasText: 'was used or has expired' }).waitFor()
    expect(await words.textContent()).toContain('npx claviger admin setup-link')
    // no form that could not succeed, and no key
    expect(await page.getByRole('textbox').count()).toBe(0)
    expect(complaints).toEqual([BURNT])
  })

  test('submitted in two windows, gives one key; the other window is told', async () => {
    const made = await product.cliJson(['admin', 'setup-link'])
    const windows = await Promise.all([browser.open(String(made['url'])), browser.open(String(made['url']))])
    for (const { page } of windows) await page.getByLabel('Name of the owner').fill('Grace')
    await Promise.all(windows.map(async ({ page }) => page.getByRole('button').click()))
    const outcomes = await Promise.all(
      windows.map(async ({ page }) => {
        await page.locator('#key:visible, [role=alert]:visible').waitFor()
        return (await page.getByLabel('Your admin key').isVisible()) ? 'key' : page.getByRole('alert').textContent()
      }),
    )
    expect(outcomes.toSorted()).toEqual([expect.stringContaining('was used or has expired'), 'key'])
  })

  test('reloaded or opened without its secret, says what is missing', async () => {
    const { page, complaints } = await browser.open(`${proxy.url}/api/setup`)
    expect(await page.getByRole('alert').textContent()).toContain('Open the whole set-up link')
    expect(await page.getByRole('textbox').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('keeps the name that was typed when it is refused, and can be sent again', async () => {
    const made = await product.cliJson(['admin', 'setup-link'])
    const { page } = await browser.open(String(made['url']))
    const owner = page.getByLabel('Name of the owner')
    await owner.press('Enter') // the browser itself asks for a name
    expect(await page.locator('input:focus:invalid').count()).toBe(1)
    await owner.fill('   ')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: /\S/ }).waitFor()
    await owner.fill('Katherine')
    await page.keyboard.press('Enter')
    await page.getByLabel('Your admin key').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })
})
