/** Certificates (decision 28): read at start, read again when the files change, their expiry told in time. */
import { readFile, stat } from 'node:fs/promises'
import type { Server } from 'node:http'
import { Server as TlsServer, type SecureContextOptions } from 'node:tls'
import { StartError, type Config, type Log, type TlsFiles } from '#config'
import type { Metrics } from '#http'
import { certificateExpiresAtMs } from '#seal'

export interface LoadedTls {
  readonly context: SecureContextOptions & { readonly requestCert?: boolean; readonly rejectUnauthorized?: boolean }
  readonly expiresAtMs: number
}

const LOOK_EVERY_MS = 2_000
const DAY_MS = 86_400_000
const WARN_DAYS = 14

/** @throws StartError `tls_invalid`; undefined without TLS */
export async function loadTls(config: Config): Promise<LoadedTls | undefined> {
  if (config.tls === undefined) return undefined
  try {
    return await read(config.tls)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(
      'tls_invalid',
      `The certificate or its key cannot be used: ${why}. See CLAVIGER_TLS_CERT and CLAVIGER_TLS_KEY.`,
      { cause },
    )
  }
}

/** Takes new files into use without a restart; a pair that does not fit is logged and left alone. */
export function watchTls(config: Config, server: Server, log: Log, metrics: Metrics): { close(): void } {
  const files = config.tls
  let seen = ''
  let expiresAtMs: number | undefined
  metrics.gauge(
    'claviger_tls_certificate_expires_at_seconds',
    'When the certificate in use expires, Unix seconds.',
    () => (expiresAtMs === undefined ? undefined : expiresAtMs / 1000),
  )
  const look = async (): Promise<void> => {
    if (files === undefined) return
    const stamp = await stampOf(files)
    if (stamp !== seen) {
      const loaded = await read(files)
      if (seen !== '' && server instanceof TlsServer) {
        server.setSecureContext(loaded.context)
        log.info(
          { expiresAt: new Date(loaded.expiresAtMs).toISOString() },
          'the new certificate, or the new authorities of clients, are in use',
        )
      }
      seen = stamp
      expiresAtMs = loaded.expiresAtMs
      warnOfExpiry(log, loaded.expiresAtMs)
    }
  }
  const looking = (): void =>
    void look().catch((error: unknown) =>
      log.error({ err: error }, 'the changed certificate cannot be used; the old one stays'),
    )
  looking()
  const timer = setInterval(looking, LOOK_EVERY_MS)
  const daily = setInterval(() => {
    if (expiresAtMs !== undefined) warnOfExpiry(log, expiresAtMs)
  }, DAY_MS)
  timer.unref()
  daily.unref()
  return {
    close() {
      clearInterval(timer)
      clearInterval(daily)
    },
  }
}

async function read(files: TlsFiles): Promise<LoadedTls> {
  const [cert, key, ca] = await Promise.all([
    readFile(files.certFile),
    readFile(files.keyFile),
    files.clientCaFile === undefined ? undefined : readFile(files.clientCaFile),
  ])
  return {
    context: { cert, key, ...(ca !== undefined && { ca, requestCert: true, rejectUnauthorized: true }) },
    expiresAtMs: certificateExpiresAtMs(cert),
  }
}

async function stampOf(files: TlsFiles): Promise<string> {
  const { certFile, keyFile, clientCaFile } = files
  const watched = [certFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])]
  const stats = await Promise.all(watched.map(async (file) => stat(file)))
  return stats.map((each) => `${each.mtimeMs}/${each.size}/${each.ino}`).join(' ')
}

function warnOfExpiry(log: Log, expiresAtMs: number): void {
  const days = Math.floor((expiresAtMs - Date.now()) / DAY_MS)
  if (days < WARN_DAYS)
    log.warn({ days, expiresAt: new Date(expiresAtMs).toISOString() }, 'the TLS certificate expires soon')
}
