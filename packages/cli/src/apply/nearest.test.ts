import { expect, test } from 'vitest'
import { didYouMean } from './nearest.ts'

test.each([
  { name: 'modles', says: ' Did you mean models?' },
  { name: 'App', says: ' Did you mean apps?' },
  { name: 'key', says: ' Did you mean keys?' },
  { name: 'x', says: '' },
  { name: 'policies', says: '' },
])('$name:$says', ({ name, says }) => {
  expect(didYouMean(name, ['apis', 'plans', 'apps', 'models', 'keys'])).toBe(says)
})
