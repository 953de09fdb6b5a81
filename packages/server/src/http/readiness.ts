/** Whether the server can serve, in words. */

export interface Readiness {
  /** `degraded`: serves, but not all is well; `unready`: serves nothing. */
  readonly state: 'ready' | 'degraded' | 'unready'
  /** Plain sentences without secrets; empty when ready. */
  readonly reasons: readonly string[]
}
