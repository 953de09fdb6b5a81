/** What the feed carries. */

export type SubjectType =
  | 'workspace'
  | 'app'
  | 'api'
  | 'key'
  /** Many keys at once: `detail.key_ids`; the subject's id is of whatever changed them. */
  | 'key_batch'
  | 'version'
  | 'admin_key'
  | 'route'
  | 'model'
  | 'provider_key'
  | 'pepper'
  | 'identity_key'
  | 'plan'
  /** A block of the shield was lifted: `detail.scope`; the subject's id is who was blocked. */
  | 'shield'
  | 'role'

export interface NewChange {
  readonly workspaceId: string
  /** A revocation takes something away for good; receivers act on it at once. */
  readonly kind: 'edit' | 'revocation'
  readonly subjectType: SubjectType
  readonly subjectId: string
  /** What receivers need beside the id. JSON, small, nothing secret. */
  readonly detail: Readonly<Record<string, unknown>>
}

export interface Change extends NewChange {
  /** Positions begin at 1, have no gaps, and stand in the order of the commits. */
  readonly position: number
  /** By the database's clock. */
  readonly atMs: number
}

/** What a change made, and where it stands in the feed: `Feed.reached` tells when this process has taken it in. */
export interface Changed<Result> {
  readonly result: Result
  readonly position: number
}
