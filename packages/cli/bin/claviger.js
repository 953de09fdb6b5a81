#!/usr/bin/env node
// Starts the CLI. Its sources are TypeScript, which needs Node 24; the house brings that one along with npm.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const source = join(here, '../src/main.ts')

function nodeOfTheHouse() {
  for (let folder = here; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules/node/bin/node')
    if (existsSync(candidate)) return candidate
    if (folder === dirname(folder)) return process.execPath
  }
}

const node = Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : nodeOfTheHouse()
const entry = existsSync(source) ? ['--conditions=@claviger/source', source] : [join(here, '../dist/main.js')]
const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...entry, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(`claviger: Node could not be started: ${error.message}`)
  process.exitCode = 1
})
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)
})
