/** Where calls on a route say their version, as one writes it on a command line. */
import { UsageError } from './context.ts'

const FORM = /^(?:(?<fixed>fixed):(?<value>.+)|header:(?<name>[^=]+)(?:=(?<default>.+))?|(?<path>path)|none)$/

/**
 * `fixed:2026-11`, `header:api-version` with or without `=2026-01` for calls without the field, `path`, or `none`.
 *
 * @throws UsageError for anything else
 */
export function versionSource(text: string): object | null {
  const groups = FORM.exec(text)?.groups
  if (groups === undefined)
    throw new UsageError(`${text} is not fixed:<version>, header:<name>, header:<name>=<version>, path or none.`)
  if (groups['fixed'] !== undefined) return { from: 'fixed', value: groups['value'] }
  if (groups['path'] !== undefined) return { from: 'path' }
  if (groups['name'] === undefined) return null
  return { from: 'header', name: groups['name'], default: groups['default'] ?? null }
}
