/** The files of `test/vectors/geoip`, and addresses written out. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { parseIp, type IpAddress } from '@claviger/core'

export type VectorName = `${string}.mmdb`

export function vectorPath(name: VectorName): string {
  return fileURLToPath(new URL(`../../../../../test/vectors/geoip/${name}`, import.meta.url))
}

/** A copy: tests may damage it. */
export function vectorBytes(name: VectorName): Buffer {
  return readFileSync(vectorPath(name))
}

/** What a file was made from: one object a network. */
export function sourceOf(name: 'GeoLite2-City-Test' | 'GeoLite2-ASN-Test'): readonly (readonly [string, unknown])[] {
  const packed = readFileSync(new URL(`../../../../../test/vectors/geoip/${name}.json.gz`, import.meta.url))
  const networks = JSON.parse(gunzipSync(packed).toString('utf8')) as readonly Readonly<Record<string, unknown>>[]
  return networks.flatMap((network) => Object.entries(network))
}

export function ip(text: string): IpAddress {
  const address = parseIp(text)
  if (address === undefined) throw new Error(`${text} is no address`)
  return address
}
