import { describe, expect, test } from 'vitest'
import { pathBehind } from './path-behind.ts'

describe('the path behind a route', () => {
  test.each([
    ['gw', '/gw/billing/invoices/17', '/invoices/17'],
    ['gw', '/gw/billing/', '/'],
    ['gw', '/gw/billing', '/'],
    ['gw', '/gw/gw/gw/billing', '/gw/billing'],
    ['gw', '/gw/billing/openai/v1/x', '/openai/v1/x'],
    ['gw', '/invoices/17', '/invoices/17'],
    ['openai', '/openai/v1/chat/completions', '/chat/completions'],
    ['openai', '/openai/v1/models', '/models'],
    ['verify', '/gw/billing/invoices', '/gw/billing/invoices'],
    ['verify', '/orders', '/orders'],
  ] as const)('of the door %s: %s is %s', (door, path, behind) => {
    expect(pathBehind(door, path)).toBe(behind)
  })
})
