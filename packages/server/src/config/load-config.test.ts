import { describe, expect, test } from 'vitest'
import { describeConfig } from './describe-config.ts'
import { isLoopback, loadConfig } from './load-config.ts'
import { StartError } from './start-error.ts'
import { VARIABLES } from './variables.ts'

function problem(env: Record<string, string>): string {
  try {
    loadConfig(env, '/srv')
  } catch (error) {
    if (error instanceof StartError && error.code === 'config_invalid') return error.message
    throw error
  }
  return 'no problem'
}

describe('loadConfig', () => {
  test('without variables listens on loopback and keeps its data below the working directory', () => {
    const config = loadConfig({ PATH: '/bin', HOME: '/root' }, '/srv')
    expect(config).toMatchObject({
      listen: { host: '127.0.0.1', port: 7300 },
      dataDir: '/srv/data',
      sealKeyFile: '/srv/data/seal.key',
    })
    expect([...config.roles]).toEqual(['control', 'gateway', 'worker'])
    expect(config.databaseUrl).toBeUndefined()
    expect(Object.isFrozen(config)).toBe(true)
  })

  test('the seal key follows the data directory until it is named itself', () => {
    expect(loadConfig({ CLAVIGER_DATA_DIR: '/var/x' }, '/srv').sealKeyFile).toBe('/var/x/seal.key')
    expect(loadConfig({ CLAVIGER_SEAL_KEY_FILE: 'keys/seal' }, '/srv').sealKeyFile).toBe('/srv/keys/seal')
  })

  test('the files of addresses are named by absolute paths, or left to what comes along', () => {
    const config = loadConfig(
      { CLAVIGER_GEO_COUNTRY_DB: 'geo/country.mmdb', CLAVIGER_GEO_ASN_DB: '/geo/asn.mmdb' },
      '/srv',
    )
    expect(config).toMatchObject({ geoCountryFile: '/srv/geo/country.mmdb', geoAsnFile: '/geo/asn.mmdb' })
    expect(loadConfig({}, '/srv')).toMatchObject({ geoCountryFile: undefined, geoAsnFile: undefined })
  })

  test('an empty value counts as unset', () => {
    expect(loadConfig({ CLAVIGER_LISTEN: '', DATABASE_URL: '' }, '/srv').listen.port).toBe(7300)
  })

  test('seconds and megabytes arrive as milliseconds and bytes', () => {
    const config = loadConfig({ CLAVIGER_SHUTDOWN_GRACE_SECONDS: '7', CLAVIGER_DISK_WARN_FREE_MB: '300' }, '/srv')
    expect(config).toMatchObject({ shutdownGraceMs: 7_000, diskWarnFreeBytes: 314_572_800 })
  })

  test.each([
    [
      'a misspelt variable, with the nearest one',
      { CLAVIGER_LISTN: '1' },
      'CLAVIGER_LISTN is not a variable of Claviger; did you mean CLAVIGER_LISTEN?',
    ],
    ['a variable like none of ours', { CLAVIGER_ZZZZZZZZZZZZZZZZZZ: '1' }, 'see: claviger config'],
    ['a port that is none', { CLAVIGER_LISTEN: '127.0.0.1:99999' }, 'CLAVIGER_LISTEN must be host:port'],
    [
      'a number that is none',
      { CLAVIGER_DATABASE_POOL: '1e1' },
      'CLAVIGER_DATABASE_POOL must be a whole number from 2 to 200',
    ],
    ['an unknown role', { CLAVIGER_ROLES: 'control,boss' }, 'CLAVIGER_ROLES must be one of control, gateway, worker'],
    ['no role at all', { CLAVIGER_ROLES: ',' }, 'must name at least one'],
    [
      'a range that is none',
      { CLAVIGER_TRUSTED_PROXIES: '10.0.0.0/33' },
      'CLAVIGER_TRUSTED_PROXIES must be addresses or ranges',
    ],
    ['a certificate without its key', { CLAVIGER_TLS_CERT: 'c.pem' }, 'go together'],
    ['a client authority without a certificate', { CLAVIGER_TLS_CLIENT_CA: 'ca.pem' }, 'needs CLAVIGER_TLS_CERT'],
    ['plain text for everybody', { CLAVIGER_LISTEN: '0.0.0.0:7300' }, 'keys would travel in plain text'],
    ['plain text for everybody, by IPv6', { CLAVIGER_LISTEN: '[::]:7300' }, 'keys would travel in plain text'],
    ['watermarks the wrong way round', { CLAVIGER_DISK_STOP_FREE_MB: '5000' }, 'must not be above'],
    ['a host name with a port', { CLAVIGER_CONTROL_HOSTS: 'a.example:443' }, 'without scheme or port'],
  ])('refuses %s', (_, env, words) => {
    expect(problem(env)).toContain(words)
  })

  test('lists all problems at once', () => {
    expect(problem({ CLAVIGER_LISTN: '1', CLAVIGER_LISTEN: 'x', CLAVIGER_ROLES: 'y' }).split('\n')).toHaveLength(4)
  })

  test('never repeats a secret value, neither in problems nor in the object', () => {
    expect(problem({ DATABASE_URL: 'mysql://u:hunter2@h/d' })).not.toContain('hunter2')
    const config = loadConfig({ DATABASE_URL: 'postgres://u:hunter2@h/d' }, '/srv')
    expect(JSON.stringify(config)).not.toContain('hunter2')
    expect(config.databaseUrl?.reveal()).toBe('postgres://u:hunter2@h/d')
  })

  test('beyond loopback it accepts TLS, or proxies that are trusted to end it', () => {
    expect(problem({ CLAVIGER_LISTEN: '0.0.0.0:443', CLAVIGER_TLS_CERT: 'c', CLAVIGER_TLS_KEY: 'k' })).toBe(
      'no problem',
    )
    expect(problem({ CLAVIGER_LISTEN: '0.0.0.0:80', CLAVIGER_TRUSTED_PROXIES: '10.0.0.0/8' })).toBe('no problem')
  })
})

test.each([
  ['localhost', true],
  ['::1', true],
  ['127.8.9.1', true],
  ['0.0.0.0', false],
  ['127.evil.example', false],
  ['10.0.0.1', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})

describe('describeConfig', () => {
  test('shows every variable, and masks what is secret', () => {
    const described = describeConfig({ DATABASE_URL: 'postgres://u:hunter2@h/d', CLAVIGER_LOG_LEVEL: 'warn' })
    expect(described.map((variable) => variable.name)).toEqual(Object.keys(VARIABLES))
    expect(described.find((variable) => variable.name === 'DATABASE_URL')?.value).toBe('[secret]')
    expect(described.find((variable) => variable.name === 'CLAVIGER_LOG_LEVEL')).toMatchObject({
      value: 'warn',
      default: 'info',
    })
    expect(JSON.stringify(described)).not.toContain('hunter2')
  })
})
