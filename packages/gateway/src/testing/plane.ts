/** A gateway on a real socket of its own, with ports in memory and a plain egress: one per test file or test. */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import { compileCidrs } from '@claviger/core'
import type { GatewaySettings } from '../context.ts'
import { createGateway, type Gateway } from '../gateway.ts'
import { mount, serverOptions } from '../mount.ts'
import { OpenStreams } from '../open-streams.ts'
import type { Egress } from '../ports.ts'
import { MemoryWorld } from './memory-ports.ts'
import { PlainEgress } from './plain-egress.ts'

export interface BarePlane {
  readonly port: number
  readonly origin: string
  readonly gateway: Gateway
  readonly world: MemoryWorld
  readonly openStreams: OpenStreams
  /** What was logged as an error: a test that ends with one has found a bug. */
  readonly errors: { readonly facts: object; readonly message: string }[]
  /** Sockets that are open at the moment. */
  connections(): Promise<number>
  close(): Promise<void>
}

const SETTINGS: GatewaySettings = {
  maxBodyBytes: 16 * 1_048_576,
  maxHeaderBytes: 32_768,
  maxTargetBytes: 8_192,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  idleTimeoutMs: 5_000,
  clientStallMs: 10_000,
  feedStaleMs: 2_000,
  serveKnownMs: 86_400_000,
  isServing: true,
  trustedProxies: compileCidrs([]),
  hstsSeconds: 31_536_000,
  viaName: undefined,
}

const notOurs: RequestListener = (_incoming, outgoing) =>
  void outgoing.writeHead(404, { 'Content-Type': 'text/plain' }).end('another door')

export interface Plane extends BarePlane {
  readonly egress: PlainEgress
}

export async function startPlane(changes: Partial<GatewaySettings> = {}): Promise<Plane> {
  const egress = new PlainEgress()
  return { ...(await startPlaneWith(egress, changes)), egress }
}

/** @param makeServer for another than a plain server */
export async function startPlaneWith(
  egress: Egress,
  changes: Partial<GatewaySettings> = {},
  makeServer: (options: ServerOptions) => Server = createServer,
): Promise<BarePlane> {
  const world = new MemoryWorld(egress)
  const openStreams = new OpenStreams()
  const settings = { ...SETTINGS, ...changes }
  const errors: { facts: object; message: string }[] = []
  const log = {
    info: quiet,
    warn: quiet,
    debug: quiet,
    error: (facts: object, message: string) => void errors.push({ facts, message }),
  }
  const forwardAuth = world.forwardAuth
  const fillRandom = (bytes: Uint8Array): void => void crypto.getRandomValues(bytes)
  const gateway = createGateway({ ports: world.ports, openStreams, settings, log, forwardAuth, fillRandom })
  const server = makeServer(serverOptions(settings, gateway))
  mount(gateway, server, notOurs)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // a TCP server's address is one
  const { port } = server.address() as AddressInfo
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    gateway,
    world,
    openStreams,
    errors,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      ),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Waits until `holds` does; throws after `patienceMs`. */
export async function until(holds: () => boolean | Promise<boolean>, patienceMs = 5_000): Promise<void> {
  const endMs = performance.now() + patienceMs
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`it never came to be: ${holds.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function quiet(): void {}
