/** A disk that can be filled: a file system in memory, of a size of its own. Mounting takes root. */
import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, rmdirSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tellMissing } from './programs.ts'

const MEBIBYTE = 1024 * 1024

export interface SmallDisk {
  /** A folder on it, for whoever wants it: it is not made yet. */
  readonly dir: string
  /** Takes space until so much is left; 0: until nothing more can be written. What was taken before is given back first. */
  leave(megabytes: number): void
  /** Gives back what `leave` took. */
  release(): void
  /** Unmounts it. */
  dispose(): void
}

/**
 * Whether this user may mount here.
 *
 * @throws where not, and CI=true
 */
export function mayMountSmallDisk(): boolean {
  const isRoot = process.getuid?.() === 0
  const dir = mkdtempSync(join(tmpdir(), 'claviger-disk-'))
  const mounted = isRoot && mount(dir, ['size=1m']).status === 0
  if (mounted) spawnSync('umount', [dir])
  rmdirSync(dir)
  if (!mounted) tellMissing('root, and that root may mount a file system (tmpfs)')
  return mounted
}

/** @param inodes how many files it can hold; undefined: as many as fit */
export function mountSmallDisk(megabytes: number, inodes?: number): SmallDisk {
  const root = mkdtempSync(join(tmpdir(), 'claviger-disk-'))
  const options = [`size=${megabytes}m`, 'mode=0711', ...(inodes === undefined ? [] : [`nr_inodes=${inodes}`])]
  const { status, stderr } = mount(root, options)
  if (status !== 0) throw new Error(`A small disk could not be mounted: ${stderr}`)
  // the engine of a root's server runs as somebody else, who has to pass
  chmodSync(root, 0o711)
  const ballast = join(root, 'ballast')
  const freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(root)
    return bavail * bsize
  }
  return {
    dir: join(root, 'data'),
    leave(left) {
      rmSync(ballast, { force: true })
      take(ballast, () => freeBytes() - left * MEBIBYTE)
    },
    release: () => rmSync(ballast, { force: true }),
    dispose() {
      // lazily: whatever is left behind in there must not keep the tests from ending
      spawnSync('umount', ['--lazy', root])
      rmdirSync(root)
    },
  }
}

function mount(dir: string, options: readonly string[]): { readonly status: number | null; readonly stderr: string } {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', dir], { encoding: 'utf8' })
}

function take(file: string, bytesLeftToTake: () => number): void {
  const handle = openSync(file, 'w')
  try {
    for (let bytes = bytesLeftToTake(); bytes > 0; bytes = bytesLeftToTake())
      writeSync(handle, Buffer.alloc(Math.min(bytes, MEBIBYTE)))
  } catch (error) {
    // somebody else was quicker, and it is full: as wanted
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  } finally {
    closeSync(handle)
  }
}
