/** Finds secrets of other systems, of which a hash was imported: in each form that is in use, the usual one first. */
import type { Lookup, MaybePromise } from '@claviger/gateway'
import type { Seal } from '#seal'
import type { Log, Store } from '#store'
import { digestIn, ImportForms, isForm, tagOf, type ImportForm } from './import-forms.ts'
import { ImportUpgrades } from './import-upgrades.ts'
import type { CachedKey } from './key-cache.ts'
import { selectImportForms } from './rows-import.ts'

export interface ImportedKeysOptions {
  readonly store: Store
  readonly seal: Seal
  readonly log: Log
  readonly cached: (id: string) => CachedKey | undefined
  /** Surely not in the database, without asking it. */
  readonly isUnknown: (id: string) => boolean
  readonly read: (id: string) => Promise<CachedKey | undefined>
}

/** A digest in one form, and the id that follows from it. */
interface Candidate {
  readonly form: ImportForm
  readonly digest: Uint8Array
  readonly tag: string
}

const UNAVAILABLE: Lookup = { kind: 'unavailable' }
const WRONG_SECRET: Lookup = { kind: 'unknown', reason: 'wrong_secret' }
/** Longer texts are not looked for: hashing them would cost what a stranger likes. */
const LONGEST_CHARACTERS = 1_024

export class ImportedKeys {
  readonly #options: ImportedKeysOptions
  readonly #forms = new ImportForms()
  readonly #upgrades: ImportUpgrades
  /** Until the forms are read, nobody can say that a foreign text is no key. */
  #isReady = false
  #reading: Promise<void> | undefined

  constructor(options: ImportedKeysOptions) {
    this.#options = options
    this.#upgrades = new ImportUpgrades(options)
  }

  /** @param otherwise the answer when it is no imported key */
  find(presented: string, otherwise: Lookup): MaybePromise<Lookup> {
    if (!this.#isReady) return this.#findLater(presented, otherwise)
    if (this.#forms.known.length === 0 || presented.length > LONGEST_CHARACTERS) return otherwise
    return this.#findFrom(0, presented, otherwise)
  }

  async readForms(): Promise<void> {
    if (this.#isReady) return
    this.#reading ??= selectImportForms(this.#options.store.db)
      .then((forms) => {
        for (const form of forms) this.#forms.add(form)
        this.#isReady = true
      })
      .finally(() => (this.#reading = undefined))
    await this.#reading
  }

  /** Changes were missed: there may be forms that nobody told of. */
  distrust(): void {
    this.#isReady = false
  }

  /** @param told of a change in the feed */
  learn(told: unknown): void {
    if (!Array.isArray(told)) return
    for (const each of told as readonly (Readonly<Record<string, unknown>> | null)[]) {
      const { form, pepper_version: pepperVersion } = each ?? {}
      if (isForm(form) && typeof pepperVersion === 'number') this.#forms.add({ form, pepperVersion })
    }
  }

  async #findLater(presented: string, otherwise: Lookup): Promise<Lookup> {
    try {
      await this.readForms()
    } catch (cause) {
      this.#options.log.debug({ err: cause }, 'whether a text is an imported key could not be read')
      return UNAVAILABLE
    }
    return this.find(presented, otherwise)
  }

  #findFrom(first: number, presented: string, otherwise: Lookup): MaybePromise<Lookup> {
    const forms = this.#forms.known
    for (let at = first; at < forms.length; at++) {
      const form = forms[at]
      if (form === undefined) break
      const digest = digestIn(form, this.#options.seal, presented)
      if (digest === undefined) return this.#findUnderNewPepper(presented, otherwise)
      const candidate = { form, digest, tag: tagOf(digest) }
      const cached = this.#options.cached(candidate.tag)
      if (cached !== undefined) return this.#prove(presented, candidate, cached)
      if (this.#options.isUnknown(candidate.tag)) continue
      return this.#findCold(presented, candidate, () => this.#findFrom(at + 1, presented, otherwise))
    }
    return otherwise
  }

  async #findCold(presented: string, candidate: Candidate, next: () => MaybePromise<Lookup>): Promise<Lookup> {
    try {
      const found = await this.#options.read(candidate.tag)
      return found === undefined ? await next() : this.#prove(presented, candidate, found)
    } catch (cause) {
      this.#options.log.debug({ err: cause }, 'an imported key could not be read')
      return UNAVAILABLE
    }
  }

  /** Another node has made a pepper that this one has not read yet; or one is destroyed, and its forms are dead. */
  async #findUnderNewPepper(presented: string, otherwise: Lookup): Promise<Lookup> {
    const { seal, log } = this.#options
    try {
      await seal.refresh()
    } catch (cause) {
      log.warn({ err: cause }, 'imported keys are hashed under a pepper that cannot be read')
      return UNAVAILABLE
    }
    this.#forms.forgetDead(seal)
    return this.find(presented, otherwise)
  }

  #prove(presented: string, { form, digest }: Candidate, { key, version }: CachedKey): Lookup {
    const { seal } = this.#options
    if (!seal.equal(digest, version.digest)) {
      // found by an id that it had before: its hash has moved since
      const usual = seal.digestUnder(version.pepperVersion, presented)
      if (usual === undefined || !seal.equal(usual, version.digest)) return WRONG_SECRET
    } else if (form.form !== 'presented' || version.pepperVersion !== seal.currentPepperVersion) {
      const { publicId, pepperVersion } = version
      this.#upgrades.add({ secret: presented, publicId, pepperVersion })
    }
    return { kind: 'found', key, version }
  }
}
