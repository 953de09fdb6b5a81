/** Which seal this process would open, before anything is opened with it. */
import type { Config, Log } from '#config'
import { sealers } from './sealers/index.ts'

/**
 * The id of the seal key that is in place now; backups carry the id of theirs.
 *
 * @throws StartError `seal_key_missing`, `seal_key_exposed`, `seal_key_malformed`, `seal_key_unreadable`
 */
export async function sealIdOf(config: Config, log: Log): Promise<string> {
  const sealer = await sealers['key-file']({ config, log, start: 'later' })
  const { keyId } = sealer
  sealer.close()
  return keyId
}
