/** Origins are read by one parser in the whole house: what the vault allows and what egress dials must be the same text. */
export { parseOrigin, type Origin } from '@claviger/core'
