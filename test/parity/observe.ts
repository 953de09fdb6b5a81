/** Asks one front one case of the table, and tells what can be compared. */
import { request } from 'node:http'
import type { ParityCase } from './table.ts'

export interface Observed {
  readonly status: number
  readonly code: string | undefined
  readonly challenge: string | undefined
  /** Whether the client is told when to come again. */
  readonly isTimed: boolean
  readonly limitPolicy: string | undefined
  /**
   * Without the seconds until it opens, which pass between two fronts, and of what is left only whether there is something:
   * units that are being drawn from the store just now are counted by the one process and not by the next look.
   */
  readonly limit: string | undefined
  readonly body: string
}

/** Where a front answers, and for whom. */
export interface FrontAddress {
  readonly port: number
  /** Put before the path of the case. */
  readonly prefix: string
  /** The address that the call comes from: failures of one are not to be counted against another. */
  readonly from: string
}

/** Makes the calls of a case, and tells of the last. */
export async function observe(front: FrontAddress, of: ParityCase, secret: string): Promise<Observed> {
  for (let count = 0; count < of.after; count += 1) await callOnce(front, of, secret)
  return callOnce(front, of, secret)
}

function callOnce({ port, prefix, from }: FrontAddress, of: ParityCase, secret: string): Promise<Observed> {
  const hasBody = of.method === 'POST' || of.method === 'PUT'
  const body = hasBody ? '{"amount":1}' : ''
  const fields = ['Host', 'parity.test', 'Connection', 'close', ...of.fields(secret).flat()]
  if (hasBody) fields.push('Content-Type', 'application/json', 'Content-Length', String(body.length))
  return new Promise((resolve, reject) => {
    const call = request({
      host: '127.0.0.1',
      port,
      localAddress: from,
      method: of.method,
      path: prefix + of.path.replace('{key}', secret),
      headers: fields,
    })
    call.on('error', reject)
    call.on('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => (text += part))
      answer.on('error', reject)
      answer.on('end', () => {
        const { headers } = answer
        resolve({
          status: answer.statusCode ?? 0,
          code: codeOf(headers['content-type'], text),
          challenge: headers['www-authenticate'],
          isTimed: headers['retry-after'] !== undefined,
          limitPolicy: withoutKey(headers['ratelimit-policy']),
          limit: withoutKey(headers['ratelimit'])
            ?.replaceAll(/;t=\d+/g, '')
            .replaceAll(/;r=[1-9]\d*/g, ';r=some'),
          body: text,
        })
      })
    })
    call.end(body)
  })
}

function codeOf(contentType: string | undefined, text: string): string | undefined {
  if (contentType !== 'application/problem+json') return undefined
  const { code } = JSON.parse(text) as { readonly code?: unknown }
  return typeof code === 'string' ? code : undefined
}

/** Which counter of a partitioned limit is meant is another one for each key. */
function withoutKey(field: string | string[] | undefined): string | undefined {
  const text = Array.isArray(field) ? field.join(', ') : field
  return text?.replaceAll(/;pk=:[^:]*:/g, '')
}
