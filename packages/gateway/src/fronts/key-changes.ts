/**
 * `GET /api/v1/keys/changes`: the change feed as an event stream (WHATWG HTML §9.2) for embedded verifiers. It tells what must
 * be forgotten by short names of the ids that have changed, so that nobody learns of a key that they have not seen; and with
 * each beat how far it has come and how old it is, so that a follower knows when it knows too little.
 */
import { ClavigerError, shortHash } from '@claviger/core'
import type { Context } from '../context.ts'
import type { Received } from '../exchange.ts'
import { isTls } from '../http/answer.ts'
import { refuseEarly } from '../http/receive.ts'
import type { ToldChanges, Verifier } from '../ports.ts'
import { authenticateVerifier, endsAt, verifyDoor } from './verify.ts'
import { guarded, whenKnown } from './verify-question.ts'

const CHANGES_PATH = '/api/v1/keys/changes'
const BEAT_MS = 500
const RETRY_MS = 250
/** Open streams of this process. */
const MOST_FOLLOWERS = 1_000
/** A follower that reads so much too slowly is cut: it comes again and takes up where it was. */
const MOST_BUFFERED_BYTES = 1_048_576

/** With a query too: what stands in it is not read. */
export function isChangesPath(url: string): boolean {
  return url.startsWith(CHANGES_PATH) && endsAt(url, CHANGES_PATH.length)
}

/** Open streams hold up no shutdown: they are ended at the next beat, and are not counted as load. */
export function answerChanges(context: Context, received: Received): void {
  const { incoming, outgoing, requestId } = received
  const fail = (thrown: unknown): void => refuseEarly(context, verifyDoor, { incoming, outgoing, requestId, thrown })
  guarded(fail, () =>
    authenticateVerifier(context, received, {
      fail,
      next: (verifier, presented) => {
        if (!verifier.mayVerifySome) {
          throw new ClavigerError('permission_missing', 'The credential lacks the permission keys.verify.')
        }
        if (context.load.followers >= MOST_FOLLOWERS) {
          throw new ClavigerError('overloaded', 'As many verifiers as may be follow the changes here.', {
            retryAfterSeconds: 5,
          })
        }
        new ChangeStream(context, received, { verifier, presented }).begin()
      },
    }),
  )
}

class ChangeStream {
  readonly #context: Context
  readonly #received: Received
  readonly #verifier: Verifier
  readonly #presented: string
  #timer: NodeJS.Timeout | undefined
  #unfollow: (() => void) | undefined

  constructor(context: Context, received: Received, who: { readonly verifier: Verifier; readonly presented: string }) {
    this.#context = context
    this.#received = received
    this.#verifier = who.verifier
    this.#presented = who.presented
  }

  begin(): void {
    const { outgoing, incoming, headers, requestId } = this.#received
    const { settings, ports } = this.#context
    const { changes } = ports.snapshots
    const head = ['Content-Type', 'text/event-stream', 'Cache-Control', 'no-store', 'X-Request-Id', requestId]
    // nginx holds answers back until it has a bufferful of them, but for this
    head.push('X-Accel-Buffering', 'no')
    if (isTls(incoming)) head.push('Strict-Transport-Security', `max-age=${settings.hstsSeconds}`)
    outgoing.writeHead(200, head)
    this.#context.load.followers += 1
    outgoing.once('close', () => this.#end())
    const missed = this.#missed(headers['last-event-id'])
    this.#unfollow = changes.follow({
      onChanges: (told) => this.#tell(told),
      onResync: () => this.#event('resync', {}),
    })
    outgoing.write(`retry: ${RETRY_MS}\n\n`)
    if (missed === undefined) this.#event('resync', { beat_ms: BEAT_MS })
    else {
      // where the follower was: one that is cut before it hears what it missed must ask for it again
      this.#event('hello', { beat_ms: BEAT_MS }, missed.from)
      this.#event('changes', { names: this.#namesOf(missed) }, missed.position)
    }
    this.#timer = setInterval(() => this.#beat(), BEAT_MS)
  }

  /** What has changed since the follower was here; undefined: nobody knows, so it must forget all that it knows. */
  #missed(lastEventId: string | string[] | undefined): (ToldChanges & { readonly from: number }) | undefined {
    const { changes } = this.#context.ports.snapshots
    if (typeof lastEventId !== 'string') return { position: changes.position, changes: [], from: changes.position }
    const at = lastEventId.lastIndexOf('.')
    const position = Number(lastEventId.slice(at + 1))
    if (at < 0 || lastEventId.slice(0, at) !== changes.logId || !Number.isSafeInteger(position)) return undefined
    const missed = changes.after(position)
    return missed === undefined ? undefined : { ...missed, from: position }
  }

  #tell(told: ToldChanges): void {
    const names = this.#namesOf(told)
    if (names.length > 0) this.#event('changes', { names }, told.position)
  }

  #namesOf({ changes }: ToldChanges): readonly string[] {
    const names = new Set<string>()
    for (const { workspaceId, apiId, names: ids } of changes) {
      if (workspaceId !== this.#verifier.workspaceId) continue
      if (apiId !== undefined && !this.#verifier.mayVerify(apiId)) continue
      for (const id of ids) names.add(Buffer.from(shortHash(id)).toString('base64url'))
    }
    return [...names]
  }

  #event(name: string, facts: object, position = this.#context.ports.snapshots.changes.position): void {
    const { outgoing } = this.#received
    if (outgoing.destroyed) return
    const { snapshots } = this.#context.ports
    const told = { position, feed_age_ms: Math.max(0, Math.round(snapshots.feedAgeMs())), ...facts }
    outgoing.write(`event: ${name}\nid: ${snapshots.changes.logId}.${position}\ndata: ${JSON.stringify(told)}\n\n`)
    if (outgoing.writableLength > MOST_BUFFERED_BYTES) outgoing.destroy()
  }

  /** The credential is looked at again: one that was revoked or has expired follows no further. */
  #beat(): void {
    const { outgoing } = this.#received
    if (this.#context.load.isDraining) return void outgoing.end()
    const cut = (): void => void outgoing.destroy()
    guarded(cut, () =>
      whenKnown(cut, this.#context.ports.snapshots.verifier(this.#presented), (known) => {
        if (known === undefined) cut()
        else this.#event('beat', {})
      }),
    )
  }

  #end(): void {
    this.#context.load.followers -= 1
    clearInterval(this.#timer)
    this.#unfollow?.()
  }
}
