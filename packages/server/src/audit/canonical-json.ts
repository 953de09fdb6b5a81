/** JSON with members in the order of their names (UTF-16 code units), without spaces: RFC 8785 for what we store. */
import type { Fact } from './redact.ts'

export function canonicalJson(value: Fact): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`
  }
  return JSON.stringify(value)
}
