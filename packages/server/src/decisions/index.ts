/** Floor 6: why a call would be allowed or refused, and what a change would have changed. */
export type { DecisionsRoom } from './room.ts'
export { decisionsOperations } from './routes.ts'
