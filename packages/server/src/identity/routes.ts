/** All operations of this room. */
import { adminKeyOperations } from './routes/admin-keys.ts'
import { appOperations } from './routes/apps.ts'
import { setupOperations } from './routes/setup.ts'
import { workspaceOperations } from './routes/workspaces.ts'

export const identityOperations = [...setupOperations, ...adminKeyOperations, ...workspaceOperations, ...appOperations]
