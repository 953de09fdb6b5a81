/** What can be done over the API can be done on the command line. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OPERATIONS } from '@claviger/sdk'
import { describe, expect, test } from 'vitest'

/** Operations without a verb of their own, each with its reason. */
const WITHOUT_A_VERB: Readonly<Record<string, string>> = {
  completeSetup: 'Whoever follows a set-up link has no admin key yet: the page behind the link asks it.',
  openKey: 'An embedded verifier asks it: what it answers are the parts of a decision, for a program.',
  reportDecisions: 'An embedded verifier tells it what it has decided.',
  checkSeal: 'seal status tells the same on the machine itself, where it works without a running server too.',
  rotateKeyring: 'keyring rotate does it on the machine itself, beside the key that it concerns.',
  rotateIdentityKey: 'identity-key rotate does it on the machine itself, beside the key that it concerns.',
  rotatePepper: 'pepper rotate does it on the machine itself, beside the key that it concerns.',
}

const folder = join(import.meta.dirname, '..')

/** Of the commands; the table of what a file can hold is no verb. */
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|^(?:apply|generated)\//.test(name))
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .join('\n')

const isCalled = (operation: string): boolean => sources.includes(`'${operation}'`)

describe('each operation of the document', () => {
  test('has a verb, or a reason to have none', () => {
    const missing = Object.keys(OPERATIONS).filter(
      (operation) => !isCalled(operation) && !(operation in WITHOUT_A_VERB),
    )
    expect(missing, 'add a verb in commands/, or a reason above').toEqual([])
  })

  test('has no reason when it has a verb, or does not exist', () => {
    const idle = Object.keys(WITHOUT_A_VERB).filter((operation) => isCalled(operation) || !(operation in OPERATIONS))
    expect(idle).toEqual([])
  })
})
