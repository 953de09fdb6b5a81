/** Who takes part in (b) and (c), all before the same upstream. */
import { wireRequest } from '../load/requests.ts'
import type { Bench, Contender } from '../measure.ts'
import { UPSTREAM_CREDENTIAL, UPSTREAM_MODEL, chatBody } from '../servers/chat.ts'
import { type RunningClaviger, setUp, startClaviger } from '../servers/claviger.ts'
import { nginxVersion, startNginxRival } from '../servers/nginx.ts'
import { startPortkey } from '../servers/portkey.ts'
import type { RunningServer } from '../servers/server.ts'

export interface Field {
  readonly claviger: RunningClaviger
  /** No gateway at all. */
  readonly direct: Contender
  readonly gateway: Contender
  readonly openai: Contender
  /** Undefined when it cannot be had here; the report says so. */
  readonly nginx: Contender | undefined
  readonly portkey: Contender | undefined
  readonly absent: readonly string[]
  close(): Promise<void>
}

const CHAT = '/v1/chat/completions'

export async function startField(
  bench: Bench,
  upstream: RunningServer,
  wanted: { readonly isStreamed: boolean; readonly expectBodyBytes: number },
): Promise<Field> {
  const origin = `http://127.0.0.1:${upstream.port}`
  const claviger = await startClaviger()
  const { key, routePath, model } = await setUp(claviger, origin)
  const absent: string[] = []
  const nginx = await orAbsent('nginx', absent, async () => {
    if (nginxVersion() === undefined) throw new Error('there is no nginx here')
    return startNginxRival(key, upstream.port, wanted)
  })
  const portkey = await orAbsent('Portkey', absent, startPortkey)
  for (const line of absent) bench.say(line)

  const contender = (
    name: string,
    server: RunningServer,
    path: string,
    headers: Readonly<Record<string, string>>,
    modelName: string,
  ): Contender => ({
    name,
    server,
    requests: [
      wireRequest({
        path,
        port: server.port,
        headers: { accept: 'application/json', 'user-agent': 'bench', ...headers },
        body: chatBody(modelName, wanted),
      }),
    ],
    expectBodyBytes: wanted.expectBodyBytes,
  })
  const ours = { authorization: `Bearer ${key}` }
  const theirs = { authorization: `Bearer ${UPSTREAM_CREDENTIAL}` }
  const portkeyHeaders = { ...theirs, 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${origin}/v1` }
  return {
    claviger,
    direct: contender('direct', upstream, CHAT, theirs, UPSTREAM_MODEL),
    gateway: contender('Claviger /gw', claviger, `${routePath}${CHAT}`, ours, UPSTREAM_MODEL),
    openai: contender('Claviger /openai', claviger, '/openai/v1/chat/completions', ours, model),
    nginx: nginx && contender('nginx', nginx, CHAT, ours, UPSTREAM_MODEL),
    portkey: portkey && contender('Portkey', portkey, CHAT, portkeyHeaders, UPSTREAM_MODEL),
    absent,
    close: async () => {
      await Promise.all([claviger.close(), nginx?.close(), portkey?.close()])
    },
  }
}

async function orAbsent(
  name: string,
  absent: string[],
  start: () => Promise<RunningServer>,
): Promise<RunningServer | undefined> {
  try {
    return await start()
  } catch (error) {
    absent.push(`${name} does not take part: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}
