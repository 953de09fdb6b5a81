/** What can go wrong with sealed bytes. Never for customers: the edge answers 500 or 503 and logs this. */

export type SealErrorReason =
  /** Changed, moved, or sealed under another key. */
  | 'unreadable'
  /** The key is not there: destroyed, or never made. */
  | 'key_missing'
  /** The key has done as many operations as it may; it is being rotated. */
  | 'key_worn_out'
  /** The seal itself (key file, HSM, KMS) does not answer or is not the right one. */
  | 'seal_unavailable'
  /** A bug of ours. */
  | 'misuse'

/** `message` names keys by their id and never holds key material or plaintext. */
export class SealError extends Error {
  override readonly name = 'SealError'
  readonly reason: SealErrorReason

  constructor(reason: SealErrorReason, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.reason = reason
  }
}
