/** The control API of this room: routes and models. */
import { ClavigerError } from '@claviger/core'
import { defineList, defineOperation, found, pageOf, wire, type Call, type Operation } from '#edge'
import { z } from 'zod'
import { modelFromRow, routeFromRow } from './compile.ts'
import { createModel, deleteModel, updateModel } from './models-crud.ts'
import type { DataplaneRoutesRoom } from './room.ts'
import { routeHealthAnswer, routeHealthToWire } from './route-health.ts'
import { createRoute, deleteRoute, updateRoute } from './routes-crud.ts'
import { selectModel, selectModels, selectRoute, selectRoutes } from './rows.ts'
import {
  modelAnswer,
  modelBody,
  modelFromWire,
  modelPatch,
  modelPatchFromWire,
  modelToWire,
  routeAnswer,
  routeBody,
  routeFromWire,
  routePatch,
  routePatchFromWire,
  routeToWire,
} from './schemas.ts'

type Room = DataplaneRoutesRoom
const routeId = z.object({ id: wire.idOf('rte') })
const modelId = z.object({ id: wire.idOf('mdl') })

/** The first route with a host of its own ends the control API on all hosts but its own: not on that of whoever says so. */
function refuseLockOut(room: Room, { host }: Pick<Call, 'host'>, hosts: readonly string[] | undefined): void {
  if (hosts === undefined || hosts.length === 0 || room.isControlHost(host)) return
  const detail = `Once a route has a host, the control API would not answer on ${host} any more. Set CLAVIGER_CONTROL_HOSTS first.`
  throw new ClavigerError('validation_failed', detail, { errors: [{ pointer: '/hosts', detail }] })
}

const createRouteOperation = defineOperation({
  operationId: 'createRoute',
  method: 'post',
  path: '/routes',
  tag: 'routes',
  summary: 'Make a route to an upstream.',
  permission: 'routes.create',
  errors: ['conflict'],
  body: routeBody,
  status: 201,
  answer: routeAnswer,
  async handler(room: Room, call, { body }) {
    refuseLockOut(room, call, body.hosts)
    return routeToWire(await createRoute(room, call, routeFromWire(body)))
  },
})

const listRoutes = defineList({
  operationId: 'listRoutes',
  path: '/routes',
  tag: 'routes',
  summary: 'List routes.',
  permission: 'routes.read',
  sort: '-created_at',
  item: routeAnswer,
  async handler(room: Room, call, { page }) {
    const rows = await selectRoutes(room.store.db, call.workspaceId, page)
    return pageOf(rows, page, {
      place: (row) => ({ value: row.created_at.getTime(), id: row.id }),
      item: (row) => routeToWire(routeFromRow(row)),
    })
  },
})

const getRoute = defineOperation({
  operationId: 'getRoute',
  method: 'get',
  path: '/routes/{id}',
  tag: 'routes',
  summary: 'Read a route.',
  permission: 'routes.read',
  params: routeId,
  status: 200,
  answer: routeAnswer,
  revision: (answer) => answer.revision,
  async handler(room: Room, call, { params }) {
    const row = found('route', params.id, await selectRoute(room.store.db, call.workspaceId, params.id))
    return routeToWire(routeFromRow(row))
  },
})

const getRouteHealth = defineOperation({
  operationId: 'getRouteHealth',
  method: 'get',
  path: '/routes/{id}/health',
  tag: 'routes',
  summary: 'Show how the upstreams of a route are.',
  description: 'As the process that answers has met them: each counts failures and checks health for itself.',
  permission: 'routes.read',
  params: routeId,
  status: 200,
  answer: routeHealthAnswer,
  async handler(room: Room, call, { params }) {
    const { id } = found('route', params.id, await selectRoute(room.store.db, call.workspaceId, params.id))
    return routeHealthToWire({ routeId: id, nodeId: room.nodeId, nowMs: room.nowMs() }, room.poolOf(id))
  },
})

const updateRouteOperation = defineOperation({
  operationId: 'updateRoute',
  method: 'patch',
  path: '/routes/{id}',
  tag: 'routes',
  summary: 'Change a route.',
  permission: 'routes.update',
  errors: ['conflict', 'precondition_failed'],
  params: routeId,
  body: routePatch,
  status: 200,
  answer: routeAnswer,
  revision: (answer) => answer.revision,
  async handler(room: Room, call, { params, body }) {
    refuseLockOut(room, call, body.hosts)
    const target = { id: params.id, expectedRevision: call.expectedRevision }
    return routeToWire(await updateRoute(room, call, target, routePatchFromWire(body)))
  },
})

const deleteRouteOperation = defineOperation({
  operationId: 'deleteRoute',
  method: 'delete',
  path: '/routes/{id}',
  tag: 'routes',
  summary: 'Delete a route.',
  permission: 'routes.delete',
  errors: ['precondition_failed'],
  params: routeId,
  status: 204,
  handler: async (room: Room, call, { params: { id } }) =>
    deleteRoute(room, call, { id, expectedRevision: call.expectedRevision }),
})

const createModelOperation = defineOperation({
  operationId: 'createModel',
  method: 'post',
  path: '/models',
  tag: 'models',
  summary: 'Give deployments a public model name.',
  permission: 'models.create',
  errors: ['conflict'],
  body: modelBody,
  status: 201,
  answer: modelAnswer,
  handler: async (room: Room, call, { body }) => modelToWire(await createModel(room, call, modelFromWire(body))),
})

const listModels = defineList({
  operationId: 'listModels',
  path: '/models',
  tag: 'models',
  summary: 'List models.',
  permission: 'models.read',
  sort: '-created_at',
  item: modelAnswer,
  async handler(room: Room, call, { page }) {
    const rows = await selectModels(room.store.db, call.workspaceId, page)
    return pageOf(rows, page, {
      place: (row) => ({ value: row.created_at.getTime(), id: row.id }),
      item: (row) => modelToWire(modelFromRow(row)),
    })
  },
})

const getModel = defineOperation({
  operationId: 'getModel',
  method: 'get',
  path: '/models/{id}',
  tag: 'models',
  summary: 'Read a model.',
  permission: 'models.read',
  params: modelId,
  status: 200,
  answer: modelAnswer,
  revision: (answer) => answer.revision,
  async handler(room: Room, call, { params }) {
    const row = found('model', params.id, await selectModel(room.store.db, call.workspaceId, params.id))
    return modelToWire(modelFromRow(row))
  },
})

const updateModelOperation = defineOperation({
  operationId: 'updateModel',
  method: 'patch',
  path: '/models/{id}',
  tag: 'models',
  summary: 'Change a model.',
  permission: 'models.update',
  errors: ['conflict', 'precondition_failed'],
  params: modelId,
  body: modelPatch,
  status: 200,
  answer: modelAnswer,
  revision: (answer) => answer.revision,
  async handler(room: Room, call, { params, body }) {
    const target = { id: params.id, expectedRevision: call.expectedRevision }
    return modelToWire(await updateModel(room, call, target, modelPatchFromWire(body)))
  },
})

const deleteModelOperation = defineOperation({
  operationId: 'deleteModel',
  method: 'delete',
  path: '/models/{id}',
  tag: 'models',
  summary: 'Delete a model.',
  permission: 'models.delete',
  errors: ['precondition_failed'],
  params: modelId,
  status: 204,
  handler: async (room: Room, call, { params: { id } }) =>
    deleteModel(room, call, { id, expectedRevision: call.expectedRevision }),
})

export const dataplaneOperations: readonly Operation<DataplaneRoutesRoom>[] = [
  createRouteOperation,
  listRoutes,
  getRoute,
  getRouteHealth,
  updateRouteOperation,
  deleteRouteOperation,
  createModelOperation,
  listModels,
  getModel,
  updateModelOperation,
  deleteModelOperation,
]
