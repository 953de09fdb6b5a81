/** What tests need of the machine beside Node. Where it is missing, they are skipped with a word, and in CI they fail. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const isCi = process.env['CI'] === 'true'

/**
 * Finds a program of the machine.
 *
 * @param debianPackage what brings it
 * @returns its path; undefined where it is missing: then skip what needs it
 * @throws where it is missing and CI=true
 */
export function findProgram(name: string, debianPackage: string): string | undefined {
  // daemons stand in /usr/sbin, which is not in everybody's PATH
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin']
  const found = folders.map((folder) => join(folder, name)).find(isExecutable)
  if (found === undefined) tellMissing(`the program ${name} (Debian package ${debianPackage})`)
  return found
}

/**
 * Says loudly that tests are skipped.
 *
 * @param what that they need
 * @throws when CI=true: there everything must be there
 */
export function tellMissing(what: string): void {
  if (isCi) throw new Error(`These tests need ${what}, and it is missing. With CI=true that is a failure.`)
  process.stderr.write(`\nSKIPPED: these tests need ${what}, and it is missing here. In CI they would fail.\n\n`)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
