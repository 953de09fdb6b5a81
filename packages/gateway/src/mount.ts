/** How a gateway is mounted on a server of Node: the server's options, and who hears which event. */
import type { IncomingMessage, RequestListener, Server, ServerOptions, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { GatewaySettings } from './context.ts'

/** What a server's events are given to. */
export interface WireHandlers {
  /** False: not ours, nothing was touched. Requests that no server should read are ours, whatever their path. */
  handle(incoming: IncomingMessage, outgoing: ServerResponse): boolean
  /** Whether a WebSocket may be asked for there. */
  mayUpgrade(incoming: IncomingMessage): boolean
  /** False: not ours. */
  handleUpgrade(incoming: IncomingMessage, socket: Duplex, head: Uint8Array): boolean
  /** For `connect`: this is no forward proxy. */
  handleConnect(incoming: IncomingMessage, socket: Duplex): void
  /** For `clientError`: bytes that are no HTTP, and requests that do not arrive in time. */
  handleClientError(error: Error, socket: Duplex): void
}

/** How often Node looks for requests that are late: the error of both timeouts. */
const LATE_CHECK_MS = 1_000
/** As much of a body as is read ahead of a slow upstream. */
const SOCKET_BUFFER_BYTES = 65_536

/** For `http.createServer` and, with certificates added, for `https.createServer`. */
export function serverOptions(settings: GatewaySettings, gateway: Pick<WireHandlers, 'mayUpgrade'>): ServerOptions {
  return {
    insecureHTTPParser: false,
    maxHeaderSize: settings.maxHeaderBytes,
    headersTimeout: settings.headersTimeoutMs,
    requestTimeout: settings.requestTimeoutMs,
    keepAliveTimeout: settings.idleTimeoutMs,
    connectionsCheckingInterval: Math.min(LATE_CHECK_MS, settings.headersTimeoutMs),
    noDelay: true,
    highWaterMark: SOCKET_BUFFER_BYTES,
    // a request without Host is refused by `readHeadFacts`, with a document that says why
    requireHostHeader: false,
    shouldUpgradeCallback: (incoming) => isWebSocket(incoming) && gateway.mayUpgrade(incoming),
  }
}

/**
 * Lets the gateway hear everything first; what is not its own goes to `otherwise`.
 *
 * @param server made with `serverOptions` and without a listener of its own; not listening yet
 */
export function mount(gateway: WireHandlers, server: Server, otherwise: RequestListener): void {
  // without this, fields beyond the 1000th are dropped in silence, and a credential would not be stripped
  server.maxHeadersCount = 0
  server.on('request', (incoming, outgoing) => {
    if (!gateway.handle(incoming, outgoing)) otherwise(incoming, outgoing)
  })
  server.on('checkContinue', (incoming, outgoing) => {
    // ours are told to go on after the decision
    if (gateway.handle(incoming, outgoing)) return
    outgoing.writeContinue()
    otherwise(incoming, outgoing)
  })
  // every expectation that Node does not know is one that nobody here meets: `handle` refuses it
  server.on('checkExpectation', (incoming, outgoing) => void gateway.handle(incoming, outgoing))
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Uint8Array) => {
    if (!gateway.handleUpgrade(incoming, socket, head)) socket.destroy()
  })
  server.on('connect', (incoming: IncomingMessage, socket: Duplex) => gateway.handleConnect(incoming, socket))
  server.on('clientError', (error: Error, socket: Duplex) => gateway.handleClientError(error, socket))
}

/**
 * Only a WebSocket on a route leaves HTTP. Every other `Upgrade` is not heard, as RFC 9110 §7.8 allows: `h2c` through a
 * proxy is a tunnel past its checks.
 */
function isWebSocket(incoming: IncomingMessage): boolean {
  const { headers, method } = incoming
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined
  )
}
