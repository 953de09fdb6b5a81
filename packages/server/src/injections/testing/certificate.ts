/**
 * A certificate authority for one test, made at run time, so that no private key lies in the repository and no openssl
 * is needed. X.509 v3 with ECDSA P-256 (RFC 5280, RFC 5758), as little of it as TLS asks for.
 */
export interface Certified {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS #8. */
  readonly privateKey: string
}

export interface Authority {
  /** PEM. */
  readonly certificate: string
  issue(names: readonly string[]): Promise<Certified>
}

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const
const ECDSA_WITH_SHA256 = Uint8Array.from([0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02])

export async function makeAuthority(): Promise<Authority> {
  const keys = await makeKeys()
  // A name of its own, so that nobody takes one authority for another.
  const name = distinguishedName(`Claviger test authority ${crypto.randomUUID()}`)
  const isAuthority = extension([0x55, 0x1d, 0x13], sequence(Uint8Array.from([0x01, 0x01, 0xff])))
  const certificate = await signed({
    issuer: name,
    subject: name,
    subjectKey: keys.publicKey,
    signer: keys.privateKey,
    extensions: [isAuthority],
  })
  return {
    certificate: pem('CERTIFICATE', certificate),
    issue: async (names) => {
      const own = await makeKeys()
      const alternative = extension([0x55, 0x1d, 0x11], sequence(...names.map(generalName)))
      const issued = await signed({
        issuer: name,
        subject: distinguishedName('upstream'),
        subjectKey: own.publicKey,
        signer: keys.privateKey,
        extensions: [alternative],
      })
      const privateKey = new Uint8Array(await crypto.subtle.exportKey('pkcs8', own.privateKey))
      return { certificate: pem('CERTIFICATE', issued), privateKey: pem('PRIVATE KEY', privateKey) }
    },
  }
}

async function makeKeys(): Promise<{ readonly publicKey: Key; readonly privateKey: Key }> {
  return crypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])
}

interface ToBeSigned {
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  readonly subjectKey: Key
  readonly signer: Key
  readonly extensions: readonly Uint8Array[]
}

async function signed({ issuer, subject, subjectKey, signer, extensions }: ToBeSigned): Promise<Uint8Array> {
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', subjectKey))
  const algorithm = sequence(ECDSA_WITH_SHA256)
  const version = der(0xa0, integer(Uint8Array.from([2])))
  const serial = integer(crypto.getRandomValues(new Uint8Array(8)))
  const body = sequence(
    version,
    serial,
    algorithm,
    issuer,
    validity(),
    subject,
    publicKey,
    der(0xa3, sequence(...extensions)),
  )
  const raw = new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, signer, body))
  const signature = sequence(integer(raw.subarray(0, 32)), integer(raw.subarray(32)))
  return sequence(body, algorithm, der(0x03, Uint8Array.from([0]), signature))
}

function validity(): Uint8Array {
  const utc = (atMs: number): Uint8Array =>
    der(0x17, ascii(new Date(atMs).toISOString().replace(/[-:T]/g, '').slice(2, 14) + 'Z'))
  const dayMs = 86_400_000
  return sequence(utc(Date.now() - dayMs), utc(Date.now() + dayMs))
}

function distinguishedName(common: string): Uint8Array {
  return sequence(der(0x31, sequence(objectId([0x55, 0x04, 0x03]), der(0x0c, ascii(common)))))
}

function extension(id: readonly number[], value: Uint8Array): Uint8Array {
  return sequence(objectId(id), der(0x04, value))
}

function generalName(name: string): Uint8Array {
  const address = /^\d+\.\d+\.\d+\.\d+$/.test(name) ? Uint8Array.from(name.split('.'), Number) : undefined
  return address === undefined ? der(0x82, ascii(name)) : der(0x87, address)
}

function objectId(bytes: readonly number[]): Uint8Array {
  return der(0x06, Uint8Array.from(bytes))
}

/** Unsigned, shortest form: no leading zeros, but one where the first bit would make it negative. */
function integer(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1
  const rest = bytes.subarray(start)
  return (rest[0] ?? 0) < 0x80 ? der(0x02, rest) : der(0x02, Uint8Array.from([0]), rest)
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return der(0x30, ...parts)
}

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Uint8Array.from([tag, ...size]), content])
}

function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
