/** Keys in addresses. Pure. */
import { ClavigerError } from '../error/claviger-error.ts'
import { parseKey } from './format.ts'

/**
 * A query is logged by everybody on the way: a key in it is refused, so that nobody gets used to it.
 *
 * @param query with its question mark
 * @throws ClavigerError `query_credential`
 */
export function refuseQueryCredential(query: string): void {
  // shorter than any key: nothing to look at
  if (query.length < 60) return
  for (const pair of query.slice(1).split('&')) {
    const value = pair.slice(pair.indexOf('=') + 1)
    const parsed = parseKey(value.includes('%') ? value.replace(/%5f/gi, '_') : value)
    if (parsed.kind !== 'malformed') {
      throw new ClavigerError(
        'query_credential',
        'A key must not stand in the query. Send it as "Authorization: Bearer", and rotate it: addresses are logged.',
      )
    }
  }
}
