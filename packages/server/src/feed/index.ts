/** The change feed and the nodes that read it (decisions 3, 4 and 18). */
export { appendChange } from './append-change.ts'
export type { Change, Changed, NewChange, SubjectType } from './change.ts'
export { FEED_CHANNEL, startFeed, type ChangeListener, type Feed, type FeedOptions } from './feed.ts'
export { maintainFeed, registerFeedJobs, renewFeed } from './maintain-feed.ts'
export {
  acknowledgedBy,
  advanceDrained,
  drainedTo,
  endNode,
  findNodes,
  listNodes,
  registerNode,
  type NewNode,
  type NodeFacts,
  type RegisteredNode,
} from './nodes.ts'
