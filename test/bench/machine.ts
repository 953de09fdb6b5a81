/** On what, and with what, the figures were taken. */
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { nginxVersion } from './servers/nginx.ts'

export function machineFacts(): Record<string, string | number> {
  const rivals: unknown = JSON.parse(
    readFileSync(fileURLToPath(new URL('rivals/package.json', import.meta.url)), 'utf8'),
  )
  const portkey = /"@portkey-ai\/gateway":"([^"]+)"/.exec(JSON.stringify(rivals))?.[1] ?? 'unknown'
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    processors: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 1e9),
    kernel: release(),
    node: process.version,
    nginx: nginxVersion() ?? 'absent',
    portkey,
  }
}
