/** Watches the free space of the disk that the spool lies on. */
import { statfs } from 'node:fs/promises'

export type DiskState = 'ok' | 'low' | 'full'

export interface DiskBounds {
  /** Below this much free space operators are warned. */
  readonly warnFreeBytes: number
  /** Below this much the declared mode begins. */
  readonly stopFreeBytes: number
}

export class DiskWatch {
  readonly #directory: string
  readonly #bounds: DiskBounds
  readonly #onChange: (state: DiskState, freeBytes: number) => void
  readonly #timer: NodeJS.Timeout
  #state: DiskState = 'ok'
  #freeBytes = Number.POSITIVE_INFINITY

  constructor(directory: string, bounds: DiskBounds, intervalMs: number, onChange: (state: DiskState, freeBytes: number) => void) {
    this.#directory = directory
    this.#bounds = bounds
    this.#onChange = onChange
    this.#timer = setInterval(() => void this.look(), intervalMs)
    this.#timer.unref()
  }

  get state(): DiskState {
    return this.#state
  }

  get freeBytes(): number {
    return this.#freeBytes
  }

  async look(): Promise<void> {
    const facts = await statfs(this.#directory).catch(() => undefined)
    if (facts === undefined) return
    this.#freeBytes = facts.bavail * facts.bsize
    const state = stateOf(this.#freeBytes, this.#bounds)
    if (state === this.#state) return
    this.#state = state
    this.#onChange(state, this.#freeBytes)
  }

  close(): void {
    clearInterval(this.#timer)
  }
}

function stateOf(freeBytes: number, bounds: DiskBounds): DiskState {
  if (freeBytes < bounds.stopFreeBytes) return 'full'
  return freeBytes < bounds.warnFreeBytes ? 'low' : 'ok'
}
