import { expect, test } from 'vitest'
import { ASN, COUNTRY } from './subject.ts'

test.each([
  ['MaxMind', { country: { iso_code: 'DE', names: { en: 'Germany' } }, registered_country: { iso_code: 'FR' } }, 'DE'],
  ['ip-location-db', { country_code: 'DE' }, 'DE'],
  ['IPinfo', { country: 'Germany', country_code: 'DE' }, 'DE'],
  ['IPinfo, older', { country: 'DE' }, 'DE'],
  ['only where it was registered', { registered_country: { iso_code: 'FR' } }, undefined],
  ['not known, as some write it', { country_code: 'ZZ' }, undefined],
  ['not a code', { country_code: 'Germany' }, undefined],
  ['nothing', {}, undefined],
  ['no object', 'DE', undefined],
])('the country of a record: %s', (_, record, country) => {
  expect(COUNTRY.read(record)).toBe(country)
})

test.each([
  ['MaxMind', { autonomous_system_number: 1221, autonomous_system_organization: 'Telstra' }, 1221],
  ['MaxMind Enterprise', { traits: { autonomous_system_number: 1221 } }, 1221],
  ['IPinfo', { asn: 'AS1221' }, 1221],
  ['the largest', { autonomous_system_number: 4_294_967_295 }, 4_294_967_295],
  ['too large', { asn: 'AS4294967296' }, undefined],
  ['none', { autonomous_system_number: 0 }, undefined],
  ['nothing', {}, undefined],
])('the ASN of a record: %s', (_, record, asn) => {
  expect(ASN.read(record)).toBe(asn)
})
