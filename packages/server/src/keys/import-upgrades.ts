/**
 * The first use of an imported secret tells the secret itself: its hash moves to the usual digest, off the path of the
 * request, many keys in one transaction. So does a later use under a pepper that is not the current one.
 */
import { appendChange } from '#feed'
import type { Seal, SecretHash } from '#seal'
import type { Log, Store, Tx } from '#store'
import { tagOf, type ImportForm } from './import-forms.ts'
import { selectImportAlgorithms, insertImportForm, upgradeImported, type Upgrade } from './rows-import.ts'

export interface ImportUpgradesOptions {
  readonly store: Pick<Store, 'db' | 'transaction'>
  readonly seal: Seal
  readonly log: Log
}

/** A secret that was presented, and the version that it was found to be of. */
export interface Presented {
  readonly secret: string
  readonly publicId: string
  readonly pepperVersion: number
}

const GATHER_MS = 250
/** More come at their next use. */
const MOST_WAITING = 500

export class ImportUpgrades {
  readonly #options: ImportUpgradesOptions
  #waiting = new Map<string, Presented>()
  /** A flush is due, or runs. */
  #isDue = false

  constructor(options: ImportUpgradesOptions) {
    this.#options = options
  }

  /** Costs the caller nothing but memory. What fails comes again with the next use. */
  add(presented: Presented): void {
    if (this.#waiting.size >= MOST_WAITING) return
    this.#waiting.set(presented.publicId, presented)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isDue) return
    this.#isDue = true
    setTimeout(() => void this.#flush(), GATHER_MS).unref()
  }

  async #flush(): Promise<void> {
    const taken = [...this.#waiting.values()]
    this.#waiting = new Map()
    const { store, log } = this.#options
    try {
      await store.transaction(async (tx) => this.#upgrade(tx, taken))
    } catch (cause) {
      log.debug({ err: cause }, 'imported keys could not be moved to their usual hash yet')
    } finally {
      this.#isDue = false
      if (this.#waiting.size > 0) this.#schedule()
    }
  }

  async #upgrade(tx: Tx, taken: readonly Presented[]): Promise<void> {
    const { seal } = this.#options
    const algorithms = await selectImportAlgorithms(
      tx,
      taken.map((each) => each.publicId),
    )
    const upgrades = taken.flatMap((each) => {
      const algorithm = algorithms.get(each.publicId)
      return algorithm === undefined ? [] : upgradeOf(seal, each, algorithm)
    })
    const moved = await upgradeImported(tx, upgrades)
    if (moved.length === 0) return
    const forms = new Map<string, ImportForm>()
    for (const { algorithm, pepperVersion } of upgrades) {
      for (const form of ['presented', algorithm] as const)
        forms.set(`${form} ${pepperVersion}`, { form, pepperVersion })
    }
    for (const form of forms.values()) await insertImportForm(tx, form)
    for (const [workspaceId, keys] of Map.groupBy(moved, (key) => key.workspaceId)) {
      await appendChange(tx, {
        workspaceId,
        kind: 'edit',
        subjectType: 'key_batch',
        subjectId: keys[0]?.keyId ?? '',
        detail: {
          key_ids: keys.map((key) => key.keyId),
          public_ids: keys.map((key) => key.publicId),
          import_forms: [...forms.values()].map(({ form, pepperVersion }) => ({ form, pepper_version: pepperVersion })),
        },
      })
    }
  }
}

function upgradeOf(
  seal: Seal,
  { secret, publicId, pepperVersion }: Presented,
  algorithm: SecretHash,
): readonly Upgrade[] {
  const current = seal.digest(secret)
  const ofTheHash = seal.digestHashUnder(current.pepperVersion, algorithm, seal.hashText(algorithm, secret))
  if (ofTheHash === undefined) return []
  return [
    {
      publicId,
      fromPepperVersion: pepperVersion,
      algorithm,
      pepperVersion: current.pepperVersion,
      newPublicId: tagOf(current.digest),
      digest: current.digest,
      importTag: tagOf(ofTheHash),
    },
  ]
}
