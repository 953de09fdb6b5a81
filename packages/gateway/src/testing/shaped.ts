/** Shaping of a route as its settings say, compiled as the server does it. */
import type { Shaping } from '../shaping/shaping.ts'

/** What is left out does nothing. */
export function shapingOf(changes: Partial<Shaping>): Shaping {
  return {
    stripPrefix: undefined,
    replacePath: undefined,
    requestFields: undefined,
    responseFields: undefined,
    cors: undefined,
    maintenance: undefined,
    ...changes,
  }
}
