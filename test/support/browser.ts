/** A real browser: Debian's Chromium, with an empty profile, without a window, and with nothing to say to the internet. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface OpenPage {
  readonly page: Page
  /** What the browser complained of: errors and warnings of its console, exceptions, violations of the policy. */
  readonly complaints: readonly string[]
  /** `GET http://…`: every request that the page made, also those that never left. */
  readonly requests: readonly string[]
}

export interface Browser {
  readonly context: BrowserContext
  open(url: string): Promise<OpenPage>
  close(): Promise<void>
}

/** @param program where Chromium is: `findProgram('chromium', 'chromium')` */
export async function startBrowser(program: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'claviger-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: program,
    args: FLAGS,
    viewport: { width: 1000, height: 700 },
  })
  return {
    context,
    async open(url) {
      const page = await context.newPage()
      const [complaints, requests]: [string[], string[]] = [[], []]
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`)
      })
      page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
      page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`))
      await page.goto(url)
      return { page, complaints, requests }
    },
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}
