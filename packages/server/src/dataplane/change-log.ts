/**
 * The end of the change feed in memory, for embedded verifiers that follow it over a stream: what they must forget, in order,
 * and enough of the past that a connection that broke for a while loses nothing.
 */
import type { ChangeLog, ToldChange, ToldChanges } from '@claviger/gateway'
import type { Change, Feed, SubjectType } from '#feed'

/** Changes; a follower that was away for more of them starts afresh. */
const REMEMBERED = 10_000

/** What a decision about a key depends on. */
const MATTERS: ReadonlySet<SubjectType> = new Set([
  'workspace',
  'app',
  'api',
  'key',
  'key_batch',
  'version',
  'plan',
  'role',
])

interface Remembered {
  readonly position: number
  readonly change: ToldChange
}

type Follower = Parameters<ChangeLog['follow']>[0]

/** Create it before whoever takes the changes in: followers are told without waiting for them. */
export class FeedChangeLog implements ChangeLog {
  readonly #feed: Pick<Feed, 'position' | 'logId' | 'onChange' | 'onResync'>
  readonly #followers = new Set<Follower>()
  #remembered: Remembered[] = []
  /** Changes up to here may be forgotten. */
  #forgottenTo: number
  #told: number

  constructor(feed: Pick<Feed, 'position' | 'logId' | 'onChange' | 'onResync'>) {
    this.#feed = feed
    this.#told = feed.position
    this.#forgottenTo = feed.position
    feed.onChange((changes) => this.#tell(changes))
    feed.onResync(() => this.#startAfresh())
  }

  get logId(): string {
    return this.#feed.logId
  }

  get position(): number {
    return this.#told
  }

  get takenIn(): number {
    return this.#feed.position
  }

  after(position: number): ToldChanges | undefined {
    if (position < this.#forgottenTo || position > this.#told) return undefined
    const changes = this.#remembered.filter((each) => each.position > position).map(({ change }) => change)
    return { position: this.#told, changes }
  }

  follow(follower: Follower): () => void {
    this.#followers.add(follower)
    return () => void this.#followers.delete(follower)
  }

  #tell(changes: readonly Change[]): void {
    const told: ToldChange[] = []
    for (const change of changes) {
      this.#told = change.position
      if (!MATTERS.has(change.subjectType)) continue
      const one = toldOf(change)
      told.push(one)
      this.#remembered.push({ position: change.position, change: one })
    }
    if (this.#remembered.length > REMEMBERED) {
      const gone = this.#remembered.splice(0, this.#remembered.length - REMEMBERED / 2)
      this.#forgottenTo = gone.at(-1)?.position ?? this.#forgottenTo
    }
    for (const follower of this.#followers) follower.onChanges({ position: this.#told, changes: told })
  }

  /** The feed's tail was missed, or it is another log. */
  #startAfresh(): void {
    this.#remembered = []
    this.#told = this.#feed.position
    this.#forgottenTo = this.#told
    for (const follower of this.#followers) follower.onResync()
  }
}

function toldOf({ workspaceId, subjectType, subjectId, detail }: Change): ToldChange {
  const batch = detail['key_ids']
  const keyIds = Array.isArray(batch) ? batch.filter((each): each is string => typeof each === 'string') : []
  return {
    workspaceId,
    apiId: subjectType === 'api' ? subjectId : undefined,
    names: subjectType === 'key_batch' ? keyIds : [subjectId],
  }
}
