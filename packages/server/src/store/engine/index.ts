/** The embedded PostgreSQL. */
export { ENGINE_ROLE } from './cluster.ts'
export { openEmbeddedEngine, type EmbeddedEngine, type EngineOptions } from './embedded-engine.ts'
export { makeWritable } from './place.ts'
