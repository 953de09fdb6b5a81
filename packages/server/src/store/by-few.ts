/** Many reads without taking all connections. */

const AT_ONCE = 6

/** Does `work` for each item, a few at once. Rejects with the first failure. */
export async function byFew<Item>(items: Iterable<Item>, work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items].values()
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
