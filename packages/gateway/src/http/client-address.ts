/** Who is at the other end of a connection; the end client behind it is found by `clientAddress` of core. */
import { formatIp, parseIp, withoutZone, type CidrSet, type Peer } from '@claviger/core'
import type { Socket } from 'node:net'

export { clientAddress, type ClientAddress, type Peer } from '@claviger/core'

/** A connection keeps its peer: looked up once, not once per request. */
const peers = new WeakMap<Socket, Peer>()

/** Undefined when the connection is already gone. */
export function peerOf(socket: Socket, trustedProxies: CidrSet): Peer | undefined {
  const known = peers.get(socket)
  if (known !== undefined) return known
  const ip = socket.remoteAddress === undefined ? undefined : parseIp(withoutZone(socket.remoteAddress))
  if (ip === undefined) return undefined
  const peer = { ip, text: formatIp(ip), isTrusted: trustedProxies.contains(ip) }
  peers.set(socket, peer)
  return peer
}
