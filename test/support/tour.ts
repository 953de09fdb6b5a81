/** Runs the `sh tour` blocks of a page as they stand there: what users copy must work. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort, type Product } from './product.ts'

const ROOT = resolve(import.meta.dirname, '../..')

export interface TourRan {
  readonly blocks: number
  readonly code: number
  readonly printed: string
}

/** @param page below the checkout */
export async function runTour(
  product: Product,
  page: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<TourRan> {
  // the tour writes files where it runs: give it a folder that looks like the checkout
  const folder = await mkdtemp(join(tmpdir(), 'claviger-tour-'))
  try {
    for (const name of ['examples', 'tools', 'node_modules', 'package.json', 'packages'])
      await symlink(join(ROOT, name), join(folder, name))
    const text = await readFile(join(ROOT, page), 'utf8')
    const blocks = [...text.matchAll(/^```sh tour\n(.*?)^```$/gms)].map((match) => match[1] ?? '')
    const upstreamPort = await freePort()
    const script = `set -euo pipefail\n${blocks.join('\n')}`
      .replaceAll('http://127.0.0.1:7300', product.url)
      .replaceAll('7399', String(upstreamPort))
    return { blocks: blocks.length, ...(await runScript(script, folder, { ...product.env, ...env })) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runScript(script: string, folder: string, env: Readonly<Record<string, string | undefined>>) {
  const shell = spawn('bash', ['-c', script], {
    cwd: folder,
    env: { ...env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const code = await new Promise<number>((done) => shell.on('close', (exit) => done(exit ?? -1)))
  return { code, printed }
}
