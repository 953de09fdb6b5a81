/** A value that prints as `[secret]` wherever it is printed, logged or serialised by accident. */
const inspect = Symbol.for('nodejs.util.inspect.custom')

export class Secret<Value> {
  readonly #value: Value

  constructor(value: Value) {
    this.#value = value
  }

  /** The value itself. Call it only where the value leaves the process or is used up. */
  reveal(): Value {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect](): string {
    return '[secret]'
  }
}
