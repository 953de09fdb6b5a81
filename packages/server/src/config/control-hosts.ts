/** Hosts of the control API, once routes have hosts of their own (decision 11). */
import type { Config } from './load-config.ts'

/**
 * Those of `CLAVIGER_CONTROL_HOSTS`. While it is not set: this machine by its local names, the listen address, and the
 * host of `CLAVIGER_PUBLIC_URL`, so that nobody is locked out by the first route with a host.
 */
export function controlHostCheck(
  config: Pick<Config, 'controlHosts' | 'listen' | 'publicUrl'>,
): (host: string) => boolean {
  if (config.controlHosts.size > 0) return (host) => config.controlHosts.has(host)
  const { host: listening } = config.listen
  const own = new Set(['localhost', '127.0.0.1', '[::1]', listening.includes(':') ? `[${listening}]` : listening])
  if (config.publicUrl !== undefined) own.add(new URL(config.publicUrl).hostname)
  return (host) => own.has(host)
}
