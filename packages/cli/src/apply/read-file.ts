/** The file as it came: its sections and what each item is called. What the members mean is seen later. Pure. */
import { parseDocument } from 'yaml'
import { UsageError } from '../context.ts'
import type { Problem } from './check-body.ts'
import { KINDS, type Kind } from './kinds.ts'
import { didYouMean } from './nearest.ts'
import { isMembers, type Members } from './schema.ts'

export interface Wanted {
  readonly kind: Kind
  readonly name: string
  /** JSON Pointer into the file. */
  readonly pointer: string
  readonly members: Members
}

export interface ReadFile {
  /** In the order in which they are made. */
  readonly wanted: readonly Wanted[]
  readonly problems: readonly Problem[]
}

/**
 * @param text YAML, of which JSON is a part
 * @throws UsageError when it is neither
 */
export function readWanted(text: string): ReadFile {
  const sections = sectionsOf(text)
  const known = KINDS.map((kind) => kind.section)
  const unknown = Object.keys(sections)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      pointer: `/${name}`,
      detail: `is no list that can be applied: ${known.join(', ')}.${didYouMean(name, known)}`,
    }))
  const read = KINDS.map((kind) => ofSection(kind, sections[kind.section]))
  return {
    wanted: read.flatMap(({ wanted }) => wanted),
    problems: [...unknown, ...read.flatMap(({ problems }) => problems)],
  }
}

function sectionsOf(text: string): Members {
  const document = parseDocument(text)
  const [error] = document.errors
  if (error !== undefined) throw new UsageError(`The file cannot be read: ${error.message}`)
  const read: unknown = document.toJS()
  if (read === null || read === undefined) return {}
  if (isMembers(read)) return read
  throw new UsageError(`The file must hold an object with lists: ${KINDS.map((kind) => kind.section).join(', ')}.`)
}

function ofSection(kind: Kind, list: unknown): ReadFile {
  const place = `/${kind.section}`
  // `apis:` with nothing behind it
  if (list === undefined || list === null) return { wanted: [], problems: [] }
  if (!Array.isArray(list)) return { wanted: [], problems: [{ pointer: place, detail: 'must be a list.' }] }
  const wanted: Wanted[] = []
  const problems: Problem[] = []
  for (const [index, members] of list.entries()) {
    const pointer = `${place}/${index}`
    const name: unknown = isMembers(members) ? members['name'] : undefined
    if (isMembers(members) && typeof name === 'string' && name !== '') wanted.push({ kind, name, pointer, members })
    else problems.push({ pointer: `${pointer}/name`, detail: 'is needed: a text by which the thing is known.' })
  }
  return { wanted, problems }
}
