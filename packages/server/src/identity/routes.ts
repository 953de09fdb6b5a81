/** All operations of this room. */
import { appOperations } from './routes/apps.ts'

export const identityOperations = [...appOperations]
