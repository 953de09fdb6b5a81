/** Opens one connection to an address that has been checked, with TLS where the origin says so. */
import { type LookupFunction, type Socket, connect as connectTcp } from 'node:net'
import { type SecureContext, connect as connectTls } from 'node:tls'
import { type Origin, formatIp, parseIp } from '@claviger/core'
import type { CheckedAddress } from './address.ts'
import { EgressProblem, failure } from './failure.ts'
import { writeTogether } from './one-write.ts'

/** Before the next address of the same name is tried (RFC 8305 §5 recommends 250 ms; far upstreams need longer). */
const NEXT_ADDRESS_AFTER_MS = 1_000
const TCP_KEEP_ALIVE_AFTER_MS = 60_000

/** What the connections of one pool share. */
export interface TlsMemory {
  /** Our own certificate, and whom we trust; undefined: none, and Node's roots. */
  readonly context: SecureContext | undefined
  /** The TLS session, so that the next handshake is a short one. */
  session: Buffer | undefined
}

export interface DialOptions {
  readonly origin: Origin
  /** At least one. The connection goes to one of these and nowhere else: the name is not resolved again. */
  readonly addresses: readonly CheckedAddress[]
  readonly tls: TlsMemory
}

/**
 * Starts to connect. `done` is called once: with nothing when the connection (and its TLS) stands, or with the error.
 * Destroying the socket before that ends in `done` with an error. Certificates are verified against Node's roots
 * (`NODE_EXTRA_CA_CERTS`, `--use-system-ca`), for the origin's name, which is also the SNI.
 */
export function dial({ origin, addresses, tls }: DialOptions, done: (error: Error | undefined) => void): Socket {
  const target = {
    host: origin.host,
    port: origin.port,
    lookup: pinned(addresses),
    autoSelectFamily: addresses.length > 1,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
    highWaterMark: 64 * 1024,
  }
  const socket = origin.scheme === 'http' ? connectTcp(target) : dialTls(target, origin, tls)
  let isDone = false
  const finish = (error: Error | undefined): void => {
    if (isDone) return
    isDone = true
    done(error)
  }
  writeTogether(socket)
  socket.setNoDelay(true).setKeepAlive(true, TCP_KEEP_ALIVE_AFTER_MS)
  socket.once(origin.scheme === 'http' ? 'connect' : 'secureConnect', () => {
    const stray = strayAddress(socket, addresses)
    if (stray === undefined) return finish(undefined)
    socket.destroy()
    finish(
      new EgressProblem(
        failure('address_not_allowed', `The connection to ${origin.host} went to ${stray}, which was not checked.`),
      ),
    )
  })
  socket.on('error', finish)
  socket.once('close', () => finish(Object.assign(new Error('closed while connecting'), { code: 'ECONNRESET' })))
  return socket
}

function dialTls(target: object, origin: Origin, memory: TlsMemory): Socket {
  const socket = connectTls({
    ...target,
    // An address is no server name (RFC 6066 §3): Node then compares the certificate with the address.
    ...(origin.address === undefined ? { servername: origin.host } : {}),
    ...(memory.context === undefined ? {} : { secureContext: memory.context }),
    ...(memory.session === undefined ? {} : { session: memory.session }),
    ALPNProtocols: ['http/1.1'],
  })
  socket.on('session', (session) => {
    memory.session = session
  })
  return socket
}

/** A resolver that knows one answer. Node asks it for one address or for all of them. */
function pinned(addresses: readonly CheckedAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses
    if (first === undefined) return callback(new Error('no address'), '')
    if (options.all === true) return callback(null, [...addresses])
    callback(null, first.address, first.family)
  }
}

/** The belt to the braces: the address that was connected must be one that was checked. */
function strayAddress(socket: Socket, addresses: readonly CheckedAddress[]): string | undefined {
  const remote = parseIp(socket.remoteAddress ?? '')
  const written = remote === undefined ? 'nowhere' : formatIp(remote)
  return addresses.some((checked) => checked.address === written) ? undefined : written
}
