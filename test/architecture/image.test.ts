import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const dockerfile = readFileSync(`${root}deploy/Dockerfile`, 'utf8')

test('the image installs the dependencies of every package', () => {
  const packages = readdirSync(`${root}packages`).filter((name) => existsSync(`${root}packages/${name}/package.json`))
  const copied = [...dockerfile.matchAll(/^COPY packages\/([a-z]+)\/package\.json/gm)].map((match) => match[1])
  expect(copied.toSorted()).toEqual(packages.toSorted())
})

test('what the image copies and starts exists', () => {
  const named = [...dockerfile.matchAll(/(packages\/[a-z]+\/(?:src|bin)\/[a-z.]+|LICENSE|package-lock\.json)/g)].map(
    (match) => match[0],
  )
  expect(named.length).toBeGreaterThan(2)
  expect(named.filter((path) => !existsSync(`${root}${path}`))).toEqual([])
})
