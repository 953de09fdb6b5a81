/** How a secret is put into a request, as options of a command line. */
import type { Command } from 'commander'
import { UsageError, type CommandContext } from './context.ts'
import { json } from './parse-options.ts'
import { given } from './resource.ts'

export interface InjectionOptions {
  readonly inject?: string
  readonly payload?: string
  readonly tokenUrl?: string
  readonly scope?: string
  readonly audience?: string
  readonly authStyle?: string
  readonly ca?: string
}

type Part = keyof Omit<InjectionOptions, 'inject'>

interface Kind {
  /** What stands behind the colon; undefined: nothing may. */
  readonly value: string | undefined
  /** Options that belong to it. */
  readonly parts: readonly Part[]
  settings(
    value: string,
    options: InjectionOptions,
    context: Pick<CommandContext, 'readFile'>,
  ): object | Promise<object>
}

const KINDS: Readonly<Record<string, Kind>> = {
  bearer: { value: undefined, parts: [], settings: () => ({}) },
  basic: { value: '<user>', parts: [], settings: (username) => ({ username }) },
  header: { value: '<name>', parts: [], settings: (name) => ({ name }) },
  query: { value: '<name>', parts: [], settings: (name) => ({ name }) },
  aws_sigv4: {
    value: '<region>/<service>/<access key id>',
    parts: ['payload'],
    settings: (value, { payload }) => {
      const [region, service, accessKeyId, ...more] = value.split('/')
      if (accessKeyId === undefined || more.length > 0) {
        throw new UsageError(`Write aws_sigv4:<region>/<service>/<access key id>, not aws_sigv4:${value}.`)
      }
      return given({ region, service, access_key_id: accessKeyId, payload })
    },
  },
  oauth2_client_credentials: {
    value: '<client id>',
    parts: ['tokenUrl', 'scope', 'audience', 'authStyle'],
    settings: (clientId, { tokenUrl, scope, audience, authStyle }) => {
      if (tokenUrl === undefined) throw new UsageError('oauth2_client_credentials needs --token-url.')
      return given({ token_url: tokenUrl, client_id: clientId, scope, audience, auth_style: authStyle })
    },
  },
  mtls: {
    value: '<certificate file>',
    parts: ['ca'],
    settings: async (file, { ca }, context) => ({
      certificate: await context.readFile(file),
      ...(ca !== undefined && { ca: await context.readFile(ca) }),
    }),
  },
}

const FLAGS: Readonly<Record<Part, string>> = {
  payload: '--payload',
  tokenUrl: '--token-url',
  scope: '--scope',
  audience: '--audience',
  authStyle: '--auth-style',
  ca: '--ca',
}

const WAYS = Object.entries(KINDS).map(([kind, { value }]) => (value === undefined ? kind : `${kind}:${value}`))
const IN_WORDS = `${WAYS.slice(0, -1).join(', ')} or ${WAYS.at(-1)}`

export function injectionOptions(command: Command): Command {
  return command
    .option('--inject <how>', `${IN_WORDS}; or the settings as JSON`)
    .option('--payload <how>', 'aws_sigv4: signed (default), or unsigned for S3')
    .option('--token-url <url>', 'oauth2_client_credentials: the token endpoint')
    .option('--scope <scope>', 'oauth2_client_credentials: what to ask for, separated by blanks')
    .option('--audience <audience>', 'oauth2_client_credentials: for servers that ask for one')
    .option('--auth-style <style>', 'oauth2_client_credentials: basic (default) or post')
    .option('--ca <file>', 'mtls: PEM of who signs the certificate of the upstream')
}

/**
 * @returns undefined when nothing was said of it
 * @throws UsageError
 */
export async function injectionOf(
  options: InjectionOptions,
  context: Pick<CommandContext, 'readFile'>,
): Promise<object | undefined> {
  const said = options.inject
  const named = partsOf(options)
  if (said === undefined) {
    if (named.length > 0) throw new UsageError(`${FLAGS[named[0] ?? 'ca']} belongs to --inject, which is missing.`)
    return undefined
  }
  if (said.startsWith('{')) return written(said)
  const at = said.indexOf(':')
  const name = at === -1 ? said : said.slice(0, at)
  const value = at === -1 ? undefined : said.slice(at + 1)
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined
  if (kind === undefined || (kind.value === undefined) !== (value === undefined)) {
    throw new UsageError(`${said} is no way to send a secret. Write ${IN_WORDS}.`)
  }
  const stray = named.find((part) => !kind.parts.includes(part))
  if (stray !== undefined) throw new UsageError(`${FLAGS[stray]} does not belong to --inject ${name}.`)
  return { kind: name, ...(await kind.settings(value ?? '', options, context)) }
}

/** The settings as the API takes them, of whatever kind. */
function written(text: string): object {
  const value = json(text, '--inject')
  if (typeof value !== 'object' || value === null) throw new UsageError(`${text} is no object.`)
  return value
}

function partsOf(options: InjectionOptions): readonly Part[] {
  const parts: readonly Part[] = ['payload', 'tokenUrl', 'scope', 'audience', 'authStyle', 'ca']
  return parts.filter((part) => options[part] !== undefined)
}
