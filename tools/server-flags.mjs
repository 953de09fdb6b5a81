/**
 * How the server's process is told to keep its memory. A call lives for a few milliseconds and leaves some kilobytes behind:
 * in a young generation that is large from the start, nearly all of it is dead before anything must be copied. With Node's
 * own sizes it grew old first, cost a tenth of the processor time, and a third more memory (docs/benchmarks.md).
 */
export const SERVER_FLAGS = ['--min-semi-space-size=32', '--max-semi-space-size=32']
