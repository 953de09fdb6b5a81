/** nginx twice: as the upstream that answers from memory, and as the rival that checks a static key and proxies. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COMPLETION, UPSTREAM_CREDENTIAL } from './chat.ts'
import { type RunningServer, freePort, startServer } from './server.ts'

const PROGRAM = 'nginx'
/** It stands in a folder of administrators, which is not on everybody's path. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`

/** @returns the version, or undefined when there is no nginx here */
export function nginxVersion(): string | undefined {
  const found = spawnSync(PROGRAM, ['-v'], { encoding: 'utf8', env: { PATH } })
  return found.status === 0 ? found.stderr.trim().replace('nginx version: ', '') : undefined
}

/** Answers every request with the same completion, out of its configuration. */
export async function startNginxUpstream(): Promise<RunningServer> {
  return startNginx(
    'upstream (nginx)',
    (port) => `
    access_log off;
    server { listen 127.0.0.1:${port}; location / { default_type application/json; return 200 '${COMPLETION}'; } }`,
  )
}

/**
 * The rival: one worker, one static key in a map, the provider's key put in, keep-alive to the upstream, access log on.
 * Buffers answers as it does by default, except streams. It does no limits, no scopes, no CIDR, no metering, no audit.
 */
export async function startNginxRival(
  key: string,
  upstreamPort: number,
  wanted: { readonly isStreamed: boolean },
): Promise<RunningServer> {
  return startNginx(
    'nginx',
    (port, folder) => `
    access_log ${folder}/access.log;
    map_hash_bucket_size 256;
    map $http_authorization $is_allowed { default 0; "Bearer ${key}" 1; }
    upstream provider { server 127.0.0.1:${upstreamPort}; keepalive 128; keepalive_requests 100000000; }
    server {
      listen 127.0.0.1:${port};
      location / {
        if ($is_allowed = 0) { return 401; }
        proxy_pass http://provider;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Authorization "Bearer ${UPSTREAM_CREDENTIAL}";
        proxy_buffering ${wanted.isStreamed ? 'off' : 'on'};
      }
    }`,
  )
}

/** @param http what stands in its `http` block beside what every one needs */
export async function startNginx(name: string, http: (port: number, folder: string) => string): Promise<RunningServer> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'claviger-bench-nginx-'))
  mkdirSync(join(folder, 'temp'))
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/temp/${kind};`)
    .join('\n    ')
  const config = `
  daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
  events { worker_connections 4096; }
  http {
    ${temp}
    keepalive_requests 100000000; keepalive_timeout 600s;${http(port, folder)}
  }\n`
  writeFileSync(join(folder, 'nginx.conf'), config)
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')]
  const server = await startServer({ name, command: PROGRAM, args, env: { PATH }, port })
  return {
    ...server,
    close: async () => {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
