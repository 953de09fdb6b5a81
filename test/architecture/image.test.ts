/** Holds deploy/Dockerfile and what it copies together. `deploy/test-image.sh` builds and runs it. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { SERVER_FLAGS } from '../../tools/server-flags.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const dockerfile = readFileSync(`${root}deploy/Dockerfile`, 'utf8')
const ignored = readFileSync(`${root}.dockerignore`, 'utf8').split('\n')

test('the image installs the dependencies of every package', () => {
  const packages = readdirSync(`${root}packages`).filter((name) => existsSync(`${root}packages/${name}/package.json`))
  const copied = [...dockerfile.matchAll(/^COPY packages\/([a-z]+)\/package\.json/gm)].map((match) => match[1])
  expect(copied.toSorted()).toEqual(packages.toSorted())
})

test('the image has every package that runs, also what npm put below one of ours', () => {
  const folders = [...dockerfile.matchAll(/^COPY --from=packages \/opt\/claviger(\S*) \S+$/gm)].map((match) =>
    (match[1] ?? '').replace(/^\//, ''),
  )
  const lock: { packages: Record<string, { dev?: boolean }> } = JSON.parse(
    readFileSync(`${root}package-lock.json`, 'utf8'),
  )
  const running = Object.entries(lock.packages).filter(([path, { dev }]) => path.includes('node_modules/') && !dev)
  expect(running.length).toBeGreaterThan(30)
  const missing = running.filter(([path]) => !folders.some((folder) => path.startsWith(folder)))
  expect(missing.map(([path]) => path)).toEqual([])
})

test('what the image copies and starts exists', () => {
  const named = [...dockerfile.matchAll(/(packages\/[a-z]+\/(?:src|bin)\/[a-z.]+|LICENSE|package-lock\.json)/g)].map(
    (match) => match[0],
  )
  expect(named.length).toBeGreaterThan(2)
  expect(named.filter((path) => !existsSync(`${root}${path}`))).toEqual([])
})

test('what the image copies is not kept from it', () => {
  const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
    .flatMap((match) => (match[1] ?? '').split(' '))
    .map((path) => path.split('/')[0])
  expect(sources).toContain('packages')
  expect(sources.filter((name) => !ignored.includes(`!${name}`))).toEqual([])
})

test('nothing that runs names a file that is kept from the image', () => {
  expect(ignored).toEqual(
    expect.arrayContaining(['*', '**/*.test.ts', '**/*.child.ts', '**/testing', '**/testing*.ts']),
  )
  const isKeptOut = (path: string): boolean => /\.(test|child)\.ts$|\/testing(\/|[^/]*\.ts$)/.test(path)
  const sources = globSync('packages/*/{src,bin}/**/*.{ts,js}', { cwd: root }).filter((path) => !isKeptOut(path))
  expect(sources.length).toBeGreaterThan(200)
  const naming = sources.filter((path) =>
    [...readFileSync(`${root}${path}`, 'utf8').matchAll(/'(\.{1,2}\/[^']+\.ts|[^' ]+\.child\.ts)'/g)].some((match) =>
      isKeptOut(`/${match[1] ?? ''}`),
    ),
  )
  expect(naming).toEqual([])
})

test('the server of the image has the flags of npm start', () => {
  const [, line = '[]'] = /^ENTRYPOINT (.+)$/m.exec(dockerfile) ?? []
  expect(JSON.parse(line)).toEqual([
    'node',
    ...SERVER_FLAGS,
    '--conditions=@claviger/source',
    'packages/server/src/main.ts',
  ])
})

test('the server of the image runs as a user who is not root, named by number', () => {
  const [, user = '0'] = /^USER (\d+)$/m.exec(dockerfile) ?? []
  expect(Number(user)).toBeGreaterThan(0)
  expect(dockerfile).toContain(`useradd --uid ${user} `)
  expect(readFileSync(`${root}deploy/test-image.sh`, 'utf8')).toContain(`readonly USER_ID=${user}\n`)
})
