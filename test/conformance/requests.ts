/** Requests to operations, good ones and almost good ones, and the sending of them as they are. */
import { Agent, request } from 'node:http'
import type { Random } from '../support/random.ts'
import { isObject, type ApiDocument, type DeclaredOperation, type Json, type Parameter } from './document.ts'
import type { Answered } from './judge.ts'
import type { Pinned } from './pins.ts'
import type { Pool } from './pool.ts'
import { rawText, spoiledBody, spoiledText } from './spoil.ts'
import { createMaker } from './values.ts'

export interface MadeRequest {
  readonly method: string
  /** Path and query, as they go over the wire. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
}

export interface RequestMaker {
  /**
   * As the document wants it.
   *
   * @param along what the body must have, see `Maker.valueOf`
   */
  good(operation: DeclaredOperation, pinned?: Pinned, along?: readonly string[]): MadeRequest
  /** With one thing wrong. */
  spoiled(operation: DeclaredOperation): MadeRequest
}

/** Short of what a server of HTTP refuses by itself. */
const ODD_FIELDS: Readonly<Record<string, readonly string[]>> = {
  'if-match': ['*', '"1"', '"999"', 'W/"1"', '1', '"', '""', '"1", "2"', '"99999999999999999999"'],
  'if-none-match': ['*', '"1"', 'W/"1"', '1', '"', '"1", "2"'],
  'idempotency-key': ['', ' ', 'a b', '"open', '"a"', 'x'.repeat(256), 'x'.repeat(300), '\u00fc', '""'],
  'content-type': ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', 'json', ''],
  'content-encoding': ['gzip', 'identity', 'br'],
  accept: ['text/html', '*/*;q=0'],
  'x-forwarded-for': ['not an address', '::1', '10.0.0.1, 10.0.0.2', ''],
}

export function createRequestMaker(document: ApiDocument, pool: Pool, random: Random): RequestMaker {
  const maker = createMaker(document.schemas, pool, random)
  const often = (share: number): boolean => random.next() < share

  function draft({ method, path, parameters, body }: DeclaredOperation, along?: readonly string[]) {
    maker.feel(random.pick(['known', 'mixed', 'wild']))
    const given = parameters.filter((parameter) => parameter.in === 'path' || parameter.required || often(0.25))
    const values = new Map(
      given.map((parameter) => [parameter, asText(maker.valueOf(parameter.schema, parameter.name))]),
    )
    const isLeftOut = body === undefined || (along === undefined && !body.required && often(0.3))
    const content = isLeftOut ? undefined : maker.valueOf(body.schema, '', along)
    return { method, path, values, content }
  }

  function finished(
    { method, path, values, content }: ReturnType<typeof draft>,
    change: { readonly encode?: (text: string) => string; readonly body?: string | Uint8Array } = {},
  ): MadeRequest {
    const encode = change.encode ?? ((text: string) => encodeURIComponent(text.toWellFormed()))
    const of = (place: Parameter['in']) => [...values].filter(([parameter]) => parameter.in === place)
    const filled = of('path').reduce((all, [{ name }, text]) => all.replace(`{${name}}`, () => encode(text)), path)
    const query = of('query').map(([{ name }, text]) => `${name}=${encode(text)}`)
    const body = change.body ?? (content === undefined ? undefined : JSON.stringify(content))
    return {
      method,
      target: query.length === 0 ? filled : `${filled}?${query.join('&')}`,
      headers: {
        ...Object.fromEntries(
          of('header').map(([{ name }, text]) => [name.toLowerCase(), headerText(name, text, random)]),
        ),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body,
    }
  }

  function good(operation: DeclaredOperation, pinned?: Pinned, along?: readonly string[]): MadeRequest {
    const made = draft(operation, along)
    if (pinned === undefined) return finished(made)
    for (const [parameter] of made.values) {
      const text = parameter.in === 'path' ? pinned.path?.[parameter.name] : undefined
      if (text !== undefined) made.values.set(parameter, text)
      // what is pinned was made just now: nobody knows a revision of it
      if (parameter.in === 'header') made.values.delete(parameter)
    }
    return finished({ ...made, content: pinnedContent(made.content, pinned.body) })
  }

  function spoiled(operation: DeclaredOperation): MadeRequest {
    const made = draft(operation)
    const { content, values } = made
    if (content !== undefined && often(0.6)) return finished(made, { body: spoiledBody(content, random) })
    const spoilable = [...values.keys()].filter((parameter) => parameter.in !== 'header')
    if (spoilable.length > 0 && often(0.5)) {
      const victim = random.pick(spoilable)
      const old = values.get(victim) ?? ''
      if (often(0.3))
        return finished(made, { encode: (text) => (text === old ? rawText(random) : encodeURIComponent(text)) })
      values.set(victim, spoiledText(old, random))
      return finished(made)
    }
    const plain = finished(made)
    const joint = plain.target.includes('?') ? '&' : '?'
    if (often(0.4)) {
      const more = random.pick([
        'no_such=1',
        'limit=1&limit=2',
        'cursor=AAAA',
        'sort=',
        '=',
        '&&',
        '%00=1',
        '__proto__=1',
      ])
      return { ...plain, target: plain.target + joint + more }
    }
    if (often(0.2)) return { ...plain, body: random.pick(['{}', 'x', '']), headers: { ...plain.headers } }
    const field = random.pick(Object.keys(ODD_FIELDS))
    return { ...plain, headers: { ...plain.headers, [field]: random.pick(ODD_FIELDS[field] ?? ['']) } }
  }

  return { good, spoiled }
}

function pinnedContent(content: Json | undefined, pinned: Pinned['body']): Json | undefined {
  if (pinned === undefined) return content
  const whole = { ...(isObject(content) ? content : {}), ...pinned }
  return Object.fromEntries(
    Object.entries(whole).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 })

/** Sends it byte by byte as it was made; no client tidies it up. */
export async function send(url: string, made: MadeRequest, more: Readonly<Record<string, string>>): Promise<Answered> {
  const { hostname, port } = new URL(url)
  const { method, target: path, body } = made
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const sent = request(
      // what the server closes must not be taken for free
      {
        agent: made.headers['connection'] === 'close' ? false : agent,
        hostname,
        port,
        method,
        path,
        headers: { ...length, ...more, ...made.headers },
      },
      (incoming) => {
        const chunks: Uint8Array[] = []
        incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const headers = new Headers()
          for (const [name, values] of Object.entries(incoming.headersDistinct))
            for (const value of values ?? []) headers.append(name, value)
          resolve({ status: incoming.statusCode ?? 0, headers, text: Buffer.concat(chunks).toString('utf8') })
        })
      },
    )
    sent.on('error', (error) => {
      // the server closed an idle connection at the moment in which it was taken for this: nothing was read
      if (sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET') resolve(send(url, made, more))
      else reject(error)
    })
    sent.end(body)
  })
}

/** An address that nobody tried a wrong credential from. */
export function someAddress(random: Random): string {
  return `10.${random.whole(0, 255)}.${random.whole(0, 255)}.${random.whole(1, 254)}`
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Fields carry no text beyond Latin-1, and those that name revisions are guessed rather than made up. */
function headerText(name: string, text: string, random: Random): string {
  if (name.startsWith('If-')) return `"${random.whole(1, 3)}"`
  return Buffer.from(text.replaceAll(/[^\x21-\x7e]/g, 'x').slice(0, 60) || 'x').toString('latin1') + random.whole(0, 40)
}
