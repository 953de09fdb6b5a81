/** Small requests of egress's own, for access tokens: the same guard, the same connections, and the whole answer in memory. */
import type { EgressCall, EgressRequest, EgressSink } from '@claviger/gateway'
import { InjectionProblem, type OwnAnswer, type OwnRequest } from '#injections'

export interface OwnRequestOptions {
  readonly send: (request: EgressRequest, sink: EgressSink) => EgressCall
  readonly workspaceId: string
  /** Whose sake it is for: stands in the log when the guard refuses. */
  readonly onBehalfOf: string
}

const MAX_ANSWER_BYTES = 64 * 1024
const TIMEOUTS = { connectMs: 5_000, firstByteMs: 10_000, idleMs: 5_000, totalMs: 20_000 }

/** @throws InjectionProblem when there is no whole answer */
export function sendOwn(request: OwnRequest, options: OwnRequestOptions): Promise<OwnAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let sizeBytes = 0
    let answered = 0
    const call = options.send(
      {
        ...request,
        credentialId: undefined,
        usedBy: { kind: 'route', id: options.onBehalfOf, appId: '', workspaceId: options.workspaceId },
        timeouts: TIMEOUTS,
      },
      {
        onHead: (status) => {
          answered = status
        },
        onChunk: (chunk) => {
          sizeBytes += chunk.byteLength
          if (sizeBytes <= MAX_ANSWER_BYTES) {
            // The parser's buffer is used again.
            chunks.push(Buffer.from(chunk))
            return true
          }
          call.abort()
          reject(new InjectionProblem(`the answer of ${request.origin} is too long`))
          return false
        },
        onEnd: () => resolve({ status: answered, body: Buffer.concat(chunks) }),
        onFailure: ({ detail }) => reject(new InjectionProblem(detail.replace(/\.$/, ''))),
      },
    )
  })
}
