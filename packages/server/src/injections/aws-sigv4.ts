/**
 * AWS Signature Version 4 in the `Authorization` field. The secret is the secret access key; the session token of
 * temporary credentials stands on a second line.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
import { z } from 'zod'
import { awsSigner, sha256Hex } from '#seal'
import { canonicalRequest, pathStyleOf } from './aws-canonical.ts'
import { InjectionProblem, type Injected, type Injector, type Outgoing } from './injector.ts'

const settings = z.strictObject({
  kind: z.literal('aws_sigv4'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'is no region, such as eu-central-1')
    .meta({ example: 'eu-central-1' }),
  service: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'is no name of a service in a credential scope, such as bedrock')
    .meta({ example: 'bedrock' }),
  access_key_id: z
    .string()
    .regex(/^[A-Za-z0-9_]{1,128}$/, 'is no access key id')
    .meta({ example: 'AKIDEXAMPLE' }),
  payload: z
    .enum(['signed', 'unsigned'])
    .optional()
    .meta({
      description:
        'signed (default): the body is part of the signature; a streamed one is read into memory first, up to 8 MiB. ' +
        'unsigned: UNSIGNED-PAYLOAD, which S3 takes over TLS; the body streams.',
    }),
})

type Settings = z.output<typeof settings>

const MAX_SIGNED_BODY_BYTES = 8 * 1024 * 1024
const UNSIGNED = 'UNSIGNED-PAYLOAD'
const ALGORITHM = 'AWS4-HMAC-SHA256'
/** When we have no session token, the caller has none either. */
const REMOVED: ReadonlySet<string> = new Set(['x-amz-security-token'])

export const awsSigv4 = {
  title: 'AWS Signature Version 4',
  settings,
  flaws: (_settings, secret) =>
    partsOf(secret) === undefined
      ? [
          {
            pointer: '/secret',
            detail:
              'This is the secret access key on one line, and maybe the session token on a second one, each of letters, digits, +, / and =.',
          },
        ]
      : [],
  ready: (chosen, secret, tools) => {
    const parts = partsOf(secret)
    if (parts === undefined) throw new InjectionProblem('the secret is no secret access key')
    const signing = new Signing(chosen, parts)
    return {
      ...(chosen.payload !== 'unsigned' && { readsBodyBytes: MAX_SIGNED_BODY_BYTES }),
      inject: (outgoing) => signing.sign(outgoing, tools.nowMs()),
    }
  },
} satisfies Injector<typeof settings>

interface Parts {
  readonly secretAccessKey: string
  readonly sessionToken: string | undefined
}

function partsOf(secret: string): Parts | undefined {
  const [secretAccessKey = '', sessionToken, ...more] = secret.trimEnd().split(/\r?\n/)
  const fit = [secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])]
  if (more.length > 0 || !fit.every((line) => /^[A-Za-z0-9+/=_-]+$/.test(line))) return undefined
  return { secretAccessKey, sessionToken }
}

/** One credential; its key of the day is derived once. */
class Signing {
  readonly #settings: Settings
  readonly #parts: Parts
  #day = ''
  #sign: (text: string) => string = () => ''

  constructor(chosen: Settings, parts: Parts) {
    this.#settings = chosen
    this.#parts = parts
  }

  sign(outgoing: Outgoing, nowMs: number): Injected {
    const { region, service, access_key_id: accessKeyId, payload: wanted } = this.#settings
    const { sessionToken } = this.#parts
    const instant = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '')
    const day = instant.slice(0, 8)
    const payload = wanted === 'unsigned' ? UNSIGNED : payloadOf(outgoing)
    const own = ['x-amz-content-sha256', payload, 'x-amz-date', instant]
    if (sessionToken !== undefined) own.push('x-amz-security-token', sessionToken)
    const path = withoutPlus(outgoing.path)
    const { text, signedHeaders } = canonicalRequest({
      method: outgoing.method,
      path,
      headers: [['host', outgoing.authority], ...callersPart(outgoing.headers), ...pairsOf(own)],
      payload,
      pathStyle: pathStyleOf(service),
    })
    // Values of fields are bytes, which Node hands over as one letter each.
    const hashed = sha256Hex(Buffer.from(text, 'latin1'))
    const scope = `${day}/${region}/${service}/aws4_request`
    const signature = this.#signerOf(day)([ALGORITHM, instant, scope, hashed].join('\n'))
    const authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`
    return { path, headers: ['authorization', authorization, ...own], removes: REMOVED }
  }

  #signerOf(day: string): (text: string) => string {
    if (this.#day !== day) {
      this.#sign = awsSigner(this.#parts.secretAccessKey, { ...this.#settings, day })
      this.#day = day
    }
    return this.#sign
  }
}

function payloadOf({ body }: Outgoing): string {
  if (body === undefined) return sha256Hex('')
  if (body instanceof Uint8Array) return sha256Hex(body)
  throw new InjectionProblem('the body is not in memory, so it cannot be signed')
}

/** What a service may act on: the type of the body, and AWS's own fields. Those that are ours to set are not taken. */
function callersPart(headers: readonly string[]): readonly (readonly [string, string])[] {
  return pairsOf(headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => (name === 'content-type' || name.startsWith('x-amz-')) && !OURS.has(name))
}

const OURS: ReadonlySet<string> = new Set(['x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token'])

function pairsOf(flat: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = []
  for (let index = 0; index < flat.length; index += 2) pairs.push([flat[index] ?? '', flat[index + 1] ?? ''])
  return pairs
}

/** In a query some read `+` as a blank and some as itself; `%20` is read in one way only. */
function withoutPlus(path: string): string {
  const at = path.indexOf('?')
  return at === -1 ? path : path.slice(0, at) + path.slice(at).replaceAll('+', '%20')
}
