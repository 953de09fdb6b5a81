/** What keys share, one registry a kind: apis, plans, roles, apps and workspaces. */
import {
  compileScopes,
  type ApiPart,
  type AppPart,
  type PartRef,
  type PlanPart,
  type RolePart,
  type WorkspacePart,
} from '@claviger/core'
import type { Change } from '#feed'
import { byFew, compileRow, UnreadableRow, type Store } from '#store'
import { compileApi, compilePlan, compileRole } from './compile.ts'
import { PartRegistry } from './part-registry.ts'
import { selectAnyPlan } from './rows-plans.ts'
import { selectAnyRole } from './rows-roles.ts'
import { selectAnyApi, type SnapshotRow } from './rows.ts'

export interface SharedPartsOptions {
  readonly store: Store
  readonly monotonicMs: () => number
  /** @throws UnreadableRow */
  readonly loadApp: (
    id: string,
  ) => Promise<(Omit<AppPart, 'plan'> & { readonly planId: string | undefined }) | undefined>
  readonly loadWorkspace: (id: string) => Promise<WorkspacePart | undefined>
  /** Keys that point at one of these must be read again before they are served. */
  readonly onClosed?: (
    holder: PartRef<AppPart> | PartRef<PlanPart> | PartRef<RolePart> | PartRef<WorkspacePart>,
  ) => void
}

/** Something was taken from under its users: at no instant that is known. */
const closedAt = <Part extends { readonly disabledAtMs: number | undefined }>(part: Part): Part => ({
  ...part,
  disabledAtMs: part.disabledAtMs ?? 0,
})

export class SharedParts {
  readonly apis: PartRegistry<ApiPart>
  readonly apps: PartRegistry<AppPart>
  readonly plans: PartRegistry<PlanPart>
  readonly roles: PartRegistry<RolePart>
  readonly workspaces: PartRegistry<WorkspacePart>

  constructor({ store, monotonicMs, loadApp, loadWorkspace, onClosed = () => undefined }: SharedPartsOptions) {
    this.apis = new PartRegistry(
      async (id) => {
        const row = await selectAnyApi(store.db, id)
        return row === undefined ? undefined : compileRow(`api ${id}`, () => compileApi(row))
      },
      monotonicMs,
      // a key may be for other apis too: it stays, and this one refuses it
      { closed: closedAt, onClosed: () => undefined },
    )
    this.plans = new PartRegistry(
      async (id) => {
        const row = await selectAnyPlan(store.db, id)
        return row === undefined ? undefined : compileRow(`plan ${id}`, () => compilePlan(row))
      },
      monotonicMs,
      {
        closed: (plan) => plan,
        onClosed: (holder) => {
          // a plan cannot refuse by itself: its apps do, until it can be read
          this.apps.markWhere((app) => app.plan === holder)
          void this.apps.retry()
          onClosed(holder)
        },
      },
    )
    this.roles = new PartRegistry(
      async (id) => {
        const row = await selectAnyRole(store.db, id)
        return row === undefined ? undefined : compileRow(`role ${id}`, () => compileRole(row))
      },
      monotonicMs,
      { closed: (role) => ({ ...role, scopes: compileScopes([]) }), onClosed },
    )
    this.apps = new PartRegistry(
      async (id) => {
        const stored = await loadApp(id)
        if (stored === undefined) return undefined
        const { planId, ...app } = stored
        return { ...app, plan: planId === undefined ? undefined : await this.plan(planId) }
      },
      monotonicMs,
      { closed: closedAt, onClosed },
    )
    this.workspaces = new PartRegistry(loadWorkspace, monotonicMs, { closed: closedAt, onClosed })
  }

  /** What a key's row points at. Undefined: its app or workspace is gone. */
  async join(row: SnapshotRow) {
    const [workspace, app, plan, apis, roles] = await Promise.all([
      this.workspaces.get(row.workspace_id),
      this.apps.get(row.app_id),
      row.plan_id === null ? undefined : this.plan(row.plan_id),
      Promise.all(row.api_ids.map(async (id) => this.apis.get(id))),
      Promise.all(row.role_ids.map(async (id) => this.roles.get(id))),
    ])
    if (workspace === undefined || app === undefined) return undefined
    return { workspace, app, plan, apis: known(apis), roles: known(roles) }
  }

  /** Without its plan, what is on it would have no limits. @throws UnreadableRow when it is gone */
  async plan(id: string): Promise<PartRef<PlanPart>> {
    const holder = await this.plans.get(id)
    if (holder === undefined) throw new UnreadableRow(`The plan ${id} is gone.`)
    return holder
  }

  /** The registry that a change is about. */
  of({ subjectType }: Change): Pick<PartRegistry<unknown>, 'mark' | 'reload' | 'isStale'> | undefined {
    switch (subjectType) {
      case 'api':
        return this.apis
      case 'app':
        return this.apps
      case 'plan':
        return this.plans
      case 'role':
        return this.roles
      case 'workspace':
        return this.workspaces
      default:
        return undefined
    }
  }

  isStale(id: string): boolean {
    return this.#all().some((parts) => parts.isStale(id))
  }

  hasStale(): boolean {
    return this.#all().some((parts) => parts.size.stale > 0)
  }

  markAll(): void {
    for (const parts of this.#all()) parts.markAll()
  }

  /** Never throws. */
  async retry(): Promise<void> {
    await byFew(this.#all(), async (parts) => parts.retry())
  }

  staleForMs(): number {
    return Math.max(...this.#all().map((parts) => parts.staleForMs()))
  }

  #all() {
    // plans before apps, which are read with them
    return [this.apis, this.plans, this.roles, this.apps, this.workspaces]
  }
}

const known = <Part>(parts: readonly (Part | undefined)[]): readonly Part[] =>
  parts.filter((part) => part !== undefined)
