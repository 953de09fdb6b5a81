/** Event streams, as their bytes come in. Pure. @see WHATWG HTML §9.2.6 */

export interface StreamEvent {
  readonly event: string
  readonly data: string
  /** Of this event or of the last one that had one. */
  readonly lastEventId: string
}

/** A line longer than this is none of ours: the stream is given up. */
const MOST_LINE_CHARACTERS = 16_777_216

export class EventStreamParser {
  readonly #onEvent: (event: StreamEvent) => void
  readonly #decoder = new TextDecoder()
  #rest = ''
  #event = ''
  #data: string[] = []
  #id: string | undefined
  #lastEventId: string

  /** @param onEvent told of whole events only: one that is cut off is none */
  constructor(onEvent: (event: StreamEvent) => void, lastEventId = '') {
    this.#onEvent = onEvent
    this.#lastEventId = lastEventId
  }

  /** @throws RangeError for a line without an end */
  push(bytes: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > MOST_LINE_CHARACTERS) throw new RangeError('a line of an event stream is too long')
    for (const line of lines) this.#take(line)
  }

  #take(line: string): void {
    if (line === '') return this.#dispatch()
    const colon = line.indexOf(':')
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1)
    if (name === 'event') this.#event = value
    else if (name === 'data') this.#data.push(value)
    else if (name === 'id' && !value.includes('\0')) this.#id = value
  }

  #dispatch(): void {
    if (this.#id !== undefined) this.#lastEventId = this.#id
    const event = { event: this.#event || 'message', data: this.#data.join('\n'), lastEventId: this.#lastEventId }
    const isEmpty = this.#data.length === 0
    this.#event = ''
    this.#data = []
    this.#id = undefined
    if (!isEmpty) this.#onEvent(event)
  }
}
