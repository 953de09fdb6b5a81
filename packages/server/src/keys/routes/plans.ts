/** HTTP edge of plans. */
import { z } from 'zod'
import { defineList, defineOperation, found, pageOf, wire, type Operation } from '#edge'
import { limitsSchema } from '#usage'
import { createPlan, deletePlan, planFromRow, updatePlan, type Plan } from '../plans.ts'
import type { KeysRoutesRoom } from '../room.ts'
import { selectPlan, selectPlans } from '../rows-plans.ts'
import { planPatch } from '../schemas-plans.ts'

type Room = KeysRoutesRoom
const params = z.object({ id: wire.idOf('pln') })

const planAnswer = z
  .object({
    id: wire.idOf('pln'),
    name: wire.name,
    limits: limitsSchema,
    created_at: wire.instant,
    updated_at: wire.instant,
    revision: z.int(),
  })
  .meta({ id: 'Plan' })

const planToWire = (plan: Plan): z.input<typeof planAnswer> => ({
  id: plan.id,
  name: plan.name,
  limits: [...plan.limits],
  created_at: wire.instantText(plan.createdAt),
  updated_at: wire.instantText(plan.updatedAt),
  revision: plan.revision,
})

export const planOperations: readonly Operation<KeysRoutesRoom>[] = [
  defineOperation({
    operationId: 'createPlan',
    method: 'post',
    path: '/plans',
    tag: 'plans',
    summary: 'Make a plan: a named bundle of limits.',
    description: 'Each key on it has a counter of its own, unless a limit says otherwise with `per`.',
    permission: 'plans.create',
    errors: ['conflict'],
    body: z.strictObject({ name: wire.name, limits: limitsSchema.default([]) }),
    status: 201,
    answer: planAnswer,
    async handler(room: Room, call, { body }) {
      return planToWire((await createPlan(room, call, body)).result)
    },
  }),
  defineList({
    operationId: 'listPlans',
    path: '/plans',
    tag: 'plans',
    summary: 'List plans.',
    permission: 'plans.read',
    sort: '-created_at',
    item: planAnswer,
    async handler(room: Room, call, { page }) {
      const rows = await selectPlans(room.store.db, call.workspaceId, page)
      return pageOf(rows, page, {
        place: (row) => ({ value: row.created_at.getTime(), id: row.id }),
        item: (row) => planToWire(planFromRow(row)),
      })
    },
  }),
  defineOperation({
    operationId: 'getPlan',
    method: 'get',
    path: '/plans/{id}',
    tag: 'plans',
    summary: 'Read a plan.',
    permission: 'plans.read',
    params,
    status: 200,
    answer: planAnswer,
    revision: (plan) => plan.revision,
    async handler(room: Room, call, { params: { id } }) {
      const row = found('plan', id, await selectPlan(room.store.db, call.workspaceId, id))
      return planToWire(planFromRow(row))
    },
  }),
  defineOperation({
    operationId: 'updatePlan',
    method: 'patch',
    path: '/plans/{id}',
    tag: 'plans',
    summary: 'Change a plan, for all keys that are on it.',
    permission: 'plans.update',
    errors: ['conflict', 'precondition_failed'],
    params,
    body: planPatch,
    status: 200,
    answer: planAnswer,
    revision: (plan) => plan.revision,
    async handler(room: Room, call, { params: { id }, body }) {
      const target = { planId: id, expectedRevision: call.expectedRevision }
      const { result, position } = await updatePlan(room, call, target, body)
      await room.applied(position)
      return planToWire(result)
    },
  }),
  defineOperation({
    operationId: 'deletePlan',
    method: 'delete',
    path: '/plans/{id}',
    tag: 'plans',
    summary: 'Delete a plan that no key and no app is on.',
    permission: 'plans.delete',
    errors: ['conflict', 'precondition_failed'],
    params,
    status: 204,
    async handler(room: Room, call, { params: { id } }) {
      await room.applied(await deletePlan(room, call, { planId: id, expectedRevision: call.expectedRevision }))
    },
  }),
]
