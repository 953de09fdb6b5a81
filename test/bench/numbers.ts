/** Medians and quantiles. */

/** @param sorted in ascending order; nearest rank */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(Math.ceil(sorted.length * share), sorted.length) - 1] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Four digits that matter, so that a diff of results shows changes and not noise in the last place. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
