/** A store that counts how often its database is asked, for tests of what must cost nothing. */
import type { Store } from '../store.ts'

export interface CountedStore<Counted extends Store> {
  readonly store: Counted
  /** Statements and transactions so far, those that failed as well. */
  asked(): number
}

export function countCalls<Counted extends Store>(inner: Counted): CountedStore<Counted> {
  let count = 0
  const db = inner.db.withPlugin({
    transformQuery: ({ node }) => {
      count += 1
      return node
    },
    transformResult: async ({ result }) => result,
  })
  const store: Counted = {
    ...inner,
    db,
    async transaction(work) {
      count += 1
      return inner.transaction(work)
    },
    async raw(text, values) {
      count += 1
      return inner.raw(text, values)
    },
  }
  return { store, asked: () => count }
}
