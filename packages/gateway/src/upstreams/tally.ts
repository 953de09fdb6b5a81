/** Counts over all routes of this process, for metrics. They only grow, also when routes are deleted. */
export interface UpstreamTally {
  /** Calls that went to an upstream of a route that watches its upstreams, retries among them. */
  tries: number
  failures: number
  /** Further tries. */
  retries: number
  /** Further tries that the budget of their route did not allow. */
  retriesOverBudget: number
  /** Times that a circuit breaker took an upstream out. */
  openings: number
  /** Calls that met no upstream that was in. */
  allOut: number
  checksGood: number
  checksBad: number
}

export function newUpstreamTally(): UpstreamTally {
  return {
    tries: 0,
    failures: 0,
    retries: 0,
    retriesOverBudget: 0,
    openings: 0,
    allOut: 0,
    checksGood: 0,
    checksBad: 0,
  }
}
