/** The machine's own door: the server's second entry, run as a child process. Nothing of the server is imported. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Runs `admin` with these arguments and this terminal. Answers its exit code. */
export async function runAdmin(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const entry = fileURLToPath(import.meta.resolve('@claviger/server/admin'))
  const conditions = entry.endsWith('.ts') ? ['--conditions=@claviger/source'] : []
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...conditions, entry, ...args], {
    stdio: 'inherit',
    env: { ...env },
  })
  const forward = (signal: NodeJS.Signals) => (): void => void child.kill(signal)
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((signal) => [signal, forward(signal)] as const)
  for (const [signal, listener] of listeners) process.on(signal, listener)
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code) => resolve(code ?? 1))
    })
  } finally {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}
