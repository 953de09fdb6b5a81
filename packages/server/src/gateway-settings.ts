/** What the gateway is told of the configuration. */
import type { GatewaySettings } from '@claviger/gateway'
import type { Config } from '#config'

export function gatewaySettings(config: Config): GatewaySettings {
  return {
    maxBodyBytes: config.maxBodyBytes,
    maxHeaderBytes: config.maxHeaderBytes,
    maxTargetBytes: 16_384,
    headersTimeoutMs: config.headersTimeoutMs,
    requestTimeoutMs: config.requestTimeoutMs,
    idleTimeoutMs: config.idleTimeoutMs,
    clientStallMs: config.requestTimeoutMs,
    feedStaleMs: config.feedStaleMs,
    serveKnownMs: config.serveKnownMs,
    isServing: config.roles.has('gateway'),
    trustedProxies: config.trustedProxies,
    hstsSeconds: 31_536_000,
    viaName: undefined,
  }
}
