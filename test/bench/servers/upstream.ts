/** The stand-in upstreams: everybody who is compared talks to the same one. */
import { fileURLToPath } from 'node:url'
import { nginxVersion, startNginxUpstream } from './nginx.ts'
import { type RunningServer, freePort, startServer } from './server.ts'

/** For whole answers: the cheapest there is, so that it is not what is measured. */
export async function startUpstream(): Promise<RunningServer> {
  return nginxVersion() === undefined ? startStreamUpstream() : startNginxUpstream()
}

/** For streams: a chunk and a packet for each event. */
export async function startStreamUpstream(): Promise<RunningServer> {
  const port = await freePort()
  const child = fileURLToPath(new URL('upstream.child.ts', import.meta.url))
  return startServer({
    name: 'upstream (node)',
    command: process.execPath,
    args: ['--conditions=@claviger/source', child, String(port)],
    port,
  })
}
