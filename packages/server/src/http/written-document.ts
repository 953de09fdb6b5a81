/**
 * The description of the control API as it is served: the file that `npm run openapi` writes. Making it anew from some
 * hundred schemas would be a third of the CPU of a start, and no part of it depends on the installation; a test holds
 * the file to the operations.
 */
import { readFile } from 'node:fs/promises'

const FILE = new URL('../../../../openapi/claviger.json', import.meta.url)

/** JSON. */
export async function readWrittenDocument(): Promise<string> {
  return readFile(FILE, 'utf8')
}

/** Made when it is first asked for, then kept; what failed is tried again by who asks next. */
export function onceMade<Thing>(make: () => Promise<Thing>): () => Promise<Thing> {
  let making: Promise<Thing> | undefined
  return async () => {
    making ??= make()
    try {
      return await making
    } catch (error) {
      making = undefined
      throw error
    }
  }
}
