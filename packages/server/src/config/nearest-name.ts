/** Finds what was meant by a misspelt name. */

/** The candidate with the fewest edits (insert, delete, replace), if it is near enough to be meant. */
export function nearestName(wrong: string, candidates: readonly string[]): string | undefined {
  let nearest: string | undefined
  let fewest = Math.max(3, Math.floor(wrong.length / 3)) + 1
  for (const candidate of candidates) {
    const edits = editDistance(wrong, candidate)
    if (edits < fewest) {
      fewest = edits
      nearest = candidate
    }
  }
  return nearest
}

function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced))
    }
    row = next
  }
  return row[to.length] ?? 0
}
