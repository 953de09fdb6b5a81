/** Joins calls that come while one is running into one that runs after it. */

export interface SingleFlight {
  /** The promise is of a run that began after the call: what was true before the call is seen. */
  (): Promise<void>
  /** Waits for what is running; failures are told to those who called. */
  settled(): Promise<void>
}

export function singleFlight(work: () => Promise<void>): SingleFlight {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  function start(): Promise<void> {
    const run = work().finally(() => {
      if (running === run) running = undefined
    })
    running = run
    return run
  }

  function call(): Promise<void> {
    if (running === undefined) return start()
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined
        return start()
      })
    return next
  }

  return Object.assign(call, {
    async settled() {
      while (running !== undefined) await (next ?? running).catch(() => {})
    },
  })
}
