/** What is there already: of the kinds that a file is about, and of what it names. */
import type { OperationId } from '@claviger/sdk'
import { creationOf, KINDS, listOf, nameIn } from './kinds.ts'
import { sectionsNamedBy, type Ids } from './names.ts'
import type { Wanted } from './read-file.ts'
import { isMembers, type Members } from './schema.ts'

/** All items of a list. */
export type ListAll = (operation: OperationId, query: object) => Promise<readonly object[]>

/** Section → what is there. */
export type There = ReadonlyMap<string, readonly Members[]>

/** Reads nothing that the file has nothing to do with: its author may not be allowed to. */
export async function lookAt(wanted: readonly Wanted[], listAll: ListAll): Promise<There> {
  const named = wanted.flatMap(({ kind, members }) => sectionsNamedBy(creationOf(kind), members))
  const sections = new Set([...wanted.map(({ kind }) => kind.section), ...named])
  const there = new Map<string, readonly Members[]>()
  for (const section of sections) {
    if (KINDS.some((kind) => kind.section === section && kind.within !== undefined)) continue
    there.set(section, (await listAll(listOf(section), {})).filter(isMembers))
  }
  for (const kind of KINDS)
    if (kind.within !== undefined && sections.has(kind.section))
      there.set(kind.section, await keysOfApps(wanted, knownIds(there), listAll))
  return there
}

/** Section → name → id, of what is there. */
export function knownIds(there: There): Ids {
  return new Map(
    [...there].map(([section, items]) => [
      section,
      new Map(items.map((item) => [nameIn(section, String(item['name'])), String(item['id'])])),
    ]),
  )
}

/** There may be very many keys: only those of the apps that the file names. Revoked ones are gone for good. */
async function keysOfApps(wanted: readonly Wanted[], ids: Ids, listAll: ListAll): Promise<readonly Members[]> {
  const apps = new Set<string>()
  for (const { kind, members } of wanted) {
    if (kind.within === undefined) continue
    const { app, app_id: given } = members
    const id = typeof app === 'string' ? ids.get('apps')?.get(nameIn('apps', app)) : given
    if (typeof id === 'string') apps.add(id)
  }
  const found: Members[] = []
  for (const id of apps) found.push(...(await listAll('listKeys', { app_id: id, revoked: false })).filter(isMembers))
  return found
}
