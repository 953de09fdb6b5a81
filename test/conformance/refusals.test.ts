/**
 * Every refusal that the document declares happens, as declared. A new operation joins by itself; where one of its codes
 * means something of its own, `ways.ts` says how it comes about.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readDocument } from './document.ts'
import { bare, BY_CODE, BY_OPERATION, NOT_PROVOKED, whyNot } from './ways.ts'
import { codeOf, openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld(1, 'home')
})
afterAll(async () => world?.dispose())

const { operations } = readDocument()
const declared = operations.flatMap((operation) =>
  [...operation.responses.values()].flatMap(({ codes }) => codes.map((code) => ({ operation, code }))),
)
const placeOf = ({ operation, code }: (typeof declared)[number]): string => `${operation.id} ${code}`

describe.each(operations.map((operation) => [operation.id, operation] as const))('%s', (id, operation) => {
  const provoked = declared.filter((each) => each.operation.id === id && whyNot(operation, each.code) === undefined)
  test.each(provoked.map(({ code }) => [code] as const))('%s', async (code) => {
    const way = BY_OPERATION[`${id} ${code}`] ?? BY_CODE[code]
    const answer = await way?.(world, operation)
    expect(
      answer,
      `${id} declares ${code}. Say how it comes about in BY_OPERATION of ways.ts, or why it cannot in NOT_PROVOKED.`,
    ).toBeDefined()
    if (answer === undefined) return
    expect(codeOf(answer), `${answer.status} ${answer.text.slice(0, 500)}`).toBe(code)
    expect(world.judge.faultsOf(operation, answer)).toEqual([])
  })
})

test('the tables hold nothing that is not declared', () => {
  const places = new Set(declared.flatMap((each) => [each.code, placeOf(each)]))
  const named = [BY_CODE, BY_OPERATION, NOT_PROVOKED].flatMap((table) => Object.keys(table))
  expect(named.filter((name) => !places.has(name))).toEqual([])
})

const OF_THE_DATA_PLANE: ReadonlySet<string> = new Set(['verifyKey', 'verifyKeys', 'openKey', 'reportDecisions'])

test('a server that stops says so to every operation', async () => {
  world.doors.control.drain()
  for (const operation of operations.filter(({ id }) => !OF_THE_DATA_PLANE.has(id))) {
    const answer = await world.ask(bare(operation))
    expect(codeOf(answer), operation.id).toBe('draining')
    expect(world.judge.faultsOf(operation, answer), operation.id).toEqual([])
  }
})
