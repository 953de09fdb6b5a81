/** Floor 1: in which country an address is, and of which autonomous system. */
export { openGeo, type Geo, type GeoFileState, type GeoOptions, type GeoState } from './geo.ts'
export type { GeoKind } from './subject.ts'
