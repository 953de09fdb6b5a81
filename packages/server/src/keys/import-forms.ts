/**
 * Secrets of other systems carry no public id of ours. Theirs is made of the secret itself: the beginning of a digest, in
 * one of three forms. `sha256` and `sha512` are those of imported hashes; at its first use a key moves to `presented`,
 * which is the usual digest. Which forms are in use, and under which peppers, is known here; they are few.
 */
import type { Seal, SecretHash } from '#seal'

export type Form = 'presented' | SecretHash

export interface ImportForm {
  readonly form: Form
  readonly pepperVersion: number
}

/** 96 bits: as good as unique, and nobody can choose them without the pepper. */
const TAG_BYTES = 12

/** The public id that follows from a digest. */
export function tagOf(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, TAG_BYTES).toString('base64url')
}

/** Undefined: the pepper is unknown here. */
export function digestIn({ form, pepperVersion }: ImportForm, seal: Seal, presented: string): Uint8Array | undefined {
  return form === 'presented'
    ? seal.digestUnder(pepperVersion, presented)
    : seal.digestHashUnder(pepperVersion, form, seal.hashText(form, presented))
}

/** The forms in use, those that most look-ups end with first. */
export class ImportForms {
  #known: readonly ImportForm[] = []

  get known(): readonly ImportForm[] {
    return this.#known
  }

  add(added: ImportForm): void {
    const isKnown = this.#known.some((form) => form.form === added.form && form.pepperVersion === added.pepperVersion)
    if (isKnown) return
    this.#known = [...this.#known, added].toSorted(
      (one, other) => ORDER[one.form] - ORDER[other.form] || other.pepperVersion - one.pepperVersion,
    )
  }

  /** Forgets forms whose pepper is destroyed: nothing that is stored needs them. */
  forgetDead(seal: Seal): void {
    this.#known = this.#known.filter((form) => seal.digestUnder(form.pepperVersion, '') !== undefined)
  }
}

const ORDER: Readonly<Record<Form, number>> = { presented: 0, sha256: 1, sha512: 2 }

export function isForm(text: unknown): text is Form {
  return typeof text === 'string' && Object.hasOwn(ORDER, text)
}
