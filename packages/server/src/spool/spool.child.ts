/** A process for the proofs: appends lines to a spool and tells, by number, which ones it was promised. */
import { ClavigerError } from '@claviger/core'
import { openSpool } from './open-spool.ts'

const [directory = '', promise = 'written', fullMode = 'refuse', lineLength = '200'] = process.argv.slice(2)
const say = (text: string): boolean => process.stdout.write(`${text}\n`)
const spool = await openSpool({
  directory,
  fullMode: fullMode === 'drop' ? 'drop' : 'refuse',
  diskLevel: () => 'ok' as const,
  clock: { nowMs: () => Date.now() },
  onEvent: (event) => say(`event ${event.kind}`),
  segmentBytes: promise === 'written' ? 200_000 : 8_000_000,
  retryMs: 20,
})
if (spool === undefined) throw new Error('locked')
say('ready')
for (;;) {
  const sequence = spool.append(`${spool.lastSequence + 1} ${'x'.repeat(Number(lineLength))}`)
  try {
    await (promise === 'durable' ? spool.durable() : spool.written())
    say(`promised ${sequence}`)
  } catch (error) {
    say(`refused ${sequence} ${error instanceof ClavigerError ? error.code : 'otherwise'} ${spool.isFull()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
