/**
 * How the server's process is told to keep its memory. A call lives for a few milliseconds and leaves some kilobytes behind:
 * in a young generation that has its size from the start, nearly all of it is dead before anything must be copied; and what
 * did grow old is collected before it is hundreds of megabytes, as it would be on a large machine (docs/benchmarks.md). The
 * young generation is collected by one thread: it copies a quarter of what several do, and waits for none of them to get a core.
 */
export const SERVER_FLAGS = [
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  '--initial-old-space-size=64',
  '--no-parallel-scavenge',
]
