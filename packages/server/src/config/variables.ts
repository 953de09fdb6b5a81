/**
 * Every environment variable that Claviger reads: the only copy of that truth.
 * `claviger config` and docs/guide/configuration.md are made from it.
 */
import * as parse from './parse.ts'

export const ROLES = ['control', 'gateway', 'worker'] as const
export type Role = (typeof ROLES)[number]

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export const DISK_FULL_MODES = ['refuse', 'drop'] as const

export interface Variable<Value = unknown> {
  /** What a value looks like, for people. */
  readonly type: string
  /** As it would be written; undefined: unset. */
  readonly default?: string
  /** What stands for the default where it is worked out, e.g. a path inside the data directory. */
  readonly shownDefault?: string
  readonly what: string
  /** Never shown. */
  readonly secret?: true
  readonly parse: (value: string) => Value
}

const MAX_MB = 1_000_000_000
const MAX_CALLS = 1_000_000

export const VARIABLES = {
  CLAVIGER_LISTEN: {
    type: 'host:port',
    default: '127.0.0.1:7300',
    what: 'Where the server listens. Anything but loopback needs TLS or trusted proxies.',
    parse: parse.listenAddress,
  },
  CLAVIGER_DATA_DIR: {
    type: 'folder',
    default: './data',
    what: 'Holds the embedded database, the spool and, by default, the seal key. Relative to the working directory.',
    parse: parse.text,
  },
  DATABASE_URL: {
    type: 'postgres URL',
    what: 'PostgreSQL 15 or newer to use in place of the embedded one.',
    secret: true,
    parse: parse.secretUrl('postgres:', 'postgresql:'),
  },
  CLAVIGER_FEED_DATABASE_URL: {
    type: 'postgres URL',
    what: 'Direct connection for LISTEN, when DATABASE_URL goes through a pooler such as PgBouncer.',
    secret: true,
    parse: parse.secretUrl('postgres:', 'postgresql:'),
  },
  CLAVIGER_DATABASE_POOL: {
    type: 'number',
    default: '10',
    what: 'Most connections that one process keeps to the database.',
    parse: parse.integer(2, 200),
  },
  REDIS_URL: {
    type: 'redis URL',
    what: 'Redis 6.2 or newer, or Valkey, that counts windows, bursts and calls at once; useful with several nodes. It must not evict.',
    secret: true,
    parse: parse.secretUrl('redis:', 'rediss:', 'unix:'),
  },
  CLAVIGER_ROLES: {
    type: 'list of control, gateway, worker',
    default: 'control,gateway,worker',
    what: 'What this process does. control: the control API; gateway: /gw, /openai and keys/verify; worker: background jobs. /healthz, /readyz and /metrics are always there.',
    parse: parse.someOf(ROLES),
  },
  CLAVIGER_NODE_NAME: {
    type: 'name',
    shownDefault: "the machine's host name",
    what: 'How this process is called in logs and in the list of nodes.',
    parse: parse.nodeName,
  },
  CLAVIGER_TLS_CERT: { type: 'file', what: 'Certificate chain in PEM. Read again when it changes.', parse: parse.text },
  CLAVIGER_TLS_KEY: { type: 'file', what: 'Private key of the certificate in PEM.', parse: parse.text },
  CLAVIGER_TLS_CLIENT_CA: {
    type: 'file',
    what: 'Authorities whose client certificates are accepted, in PEM.',
    parse: parse.text,
  },
  CLAVIGER_TRUSTED_PROXIES: {
    type: 'list of addresses and ranges',
    default: '',
    what: 'Proxies that end TLS in front of us; only theirs is the forwarded client address believed.',
    parse: parse.cidrs,
  },
  CLAVIGER_FORWARD_AUTH_SECRET: {
    type: 'text of 32 characters or more',
    what: 'By this secret, in X-Claviger-Secret, proxies may ask at /authz that are no trusted ones.',
    secret: true,
    parse: parse.longSecret(32),
  },
  CLAVIGER_CONTROL_HOSTS: {
    type: 'list of host names',
    default: '',
    what: 'Hosts on which the control API answers. Empty: all, until a route has a host of its own; from then on local names, the listen address and the host of CLAVIGER_PUBLIC_URL.',
    parse: parse.hostNames,
  },
  CLAVIGER_PUBLIC_URL: {
    type: 'http or https URL',
    shownDefault: 'the listen address',
    what: 'How people reach this installation; stands in links that are printed.',
    parse: parse.url('http:', 'https:'),
  },
  CLAVIGER_SEAL_KEY_FILE: {
    type: 'file',
    shownDefault: 'seal.key in the data directory',
    what: 'The seal: without this file nothing that is encrypted can be read. Back it up apart from the database.',
    parse: parse.text,
  },
  CLAVIGER_LOG_LEVEL: {
    type: LOG_LEVELS.join(', '),
    default: 'info',
    what: 'The least severe line that is logged.',
    parse: parse.oneOf(LOG_LEVELS),
  },
  CLAVIGER_ALLOW_PRIVATE_UPSTREAMS: {
    type: 'list of host names',
    default: '',
    what: 'Upstream hosts that may resolve to private or loopback addresses. All others may not.',
    parse: parse.hostNames,
  },
  CLAVIGER_MAX_BODY_BYTES: {
    type: 'bytes',
    default: '16777216',
    what: 'Largest request body.',
    parse: parse.integer(1024, 1_099_511_627_776),
  },
  CLAVIGER_MAX_HEADER_BYTES: {
    type: 'bytes',
    default: '32768',
    what: 'Largest request head.',
    parse: parse.integer(1024, 1_048_576),
  },
  CLAVIGER_HEADERS_TIMEOUT_SECONDS: {
    type: 'seconds',
    default: '10',
    what: 'Longest wait for a complete request head.',
    parse: parse.integer(1, 3600),
  },
  CLAVIGER_REQUEST_TIMEOUT_SECONDS: {
    type: 'seconds',
    default: '120',
    what: 'Longest wait for a complete request, its body included.',
    parse: parse.integer(1, 86_400),
  },
  CLAVIGER_IDLE_TIMEOUT_SECONDS: {
    type: 'seconds',
    default: '75',
    what: 'How long an idle connection is kept.',
    parse: parse.integer(1, 86_400),
  },
  CLAVIGER_SHUTDOWN_GRACE_SECONDS: {
    type: 'seconds',
    default: '20',
    what: 'How long running requests may finish after SIGTERM.',
    parse: parse.integer(0, 3600),
  },
  CLAVIGER_JOURNAL_RETENTION_DAYS: {
    type: 'days',
    default: '90',
    what: 'How long decisions are kept.',
    parse: parse.integer(1, 3650),
  },
  CLAVIGER_DISK_WARN_FREE_MB: {
    type: 'megabytes',
    default: '1024',
    what: 'Warn when less than this is free on the disk of the data directory.',
    parse: parse.integer(0, MAX_MB),
  },
  CLAVIGER_DISK_STOP_FREE_MB: {
    type: 'megabytes',
    default: '256',
    what: 'The disk counts as full when less than this is free. A new database is made only where so much stays free beside it.',
    parse: parse.integer(0, MAX_MB),
  },
  CLAVIGER_DISK_FULL_MODE: {
    type: DISK_FULL_MODES.join(' or '),
    default: 'refuse',
    what: 'On a full disk: refuse calls that cannot be journaled, or drop ordinary decisions and count them.',
    parse: parse.oneOf(DISK_FULL_MODES),
  },
  CLAVIGER_OPEN_CALLS_PER_MINUTE: {
    type: 'calls',
    default: '240',
    what: 'How often one address may ask the control host, without a key, for pages and for what is not there. 0: no bound.',
    parse: parse.integer(0, MAX_CALLS),
  },
  CLAVIGER_HEALTH_CALLS_PER_MINUTE: {
    type: 'calls',
    default: '6000',
    what: 'How often one address may ask for /healthz, /readyz and /metrics. 0: no bound.',
    parse: parse.integer(0, MAX_CALLS),
  },
  CLAVIGER_SETUP_ATTEMPTS_PER_MINUTE: {
    type: 'calls',
    default: '20',
    what: 'How often one address may try a set-up link. 0: no bound.',
    parse: parse.integer(0, MAX_CALLS),
  },
  CLAVIGER_FEED_STALE_SECONDS: {
    type: 'seconds',
    default: '2',
    what: 'After how long without news of revocations the feed counts as lost.',
    parse: parse.integer(1, 3600),
  },
  CLAVIGER_SERVE_KNOWN_SECONDS: {
    type: 'seconds',
    default: '86400',
    what: 'For how long at the most known keys are served while the feed is lost, whatever routes, models and apis declare: the bound on revocation then. 0: not at all.',
    parse: parse.integer(0, 86_400),
  },
  CLAVIGER_GEO_COUNTRY_DB: {
    type: 'file',
    shownDefault: 'the country file that comes with Claviger',
    what: 'MaxMind-format file (.mmdb) that says in which country an address is. Read again when it changes.',
    parse: parse.text,
  },
  CLAVIGER_GEO_ASN_DB: {
    type: 'file',
    what: 'MaxMind-format file (.mmdb) that says of which autonomous system an address is; keys can be restricted by ASN only with one. Read again when it changes.',
    parse: parse.text,
  },
  CLAVIGER_URL: {
    type: 'http or https URL',
    shownDefault: 'http://127.0.0.1:7300',
    what: 'Command line only: the server to talk to.',
    parse: parse.url('http:', 'https:'),
  },
  CLAVIGER_TOKEN: {
    type: 'admin key',
    what: 'Command line only: the admin key to use.',
    secret: true,
    parse: parse.secret,
  },
} as const satisfies Record<string, Variable>

export type VariableName = keyof typeof VARIABLES
