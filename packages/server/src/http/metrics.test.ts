import { expect, test } from 'vitest'
import { Metrics } from './metrics.ts'

test('writes what Prometheus reads', () => {
  const metrics = new Metrics()
  const calls = metrics.counter('claviger_calls_total', 'Calls.')
  calls.add({ status: '200' })
  calls.add({ status: '200' })
  calls.add({ status: '"\\\n' }, 3)
  metrics.gauge('claviger_age_seconds', 'Two\nlines.', () => 1.5)
  metrics.labelledGauge('claviger_modes', 'By kind.', () => [
    [{ of: 'a' }, 2],
    [{ of: 'b' }, 0],
  ])
  metrics.gauge('claviger_unknown', 'Not known yet.', () => undefined)
  metrics.gauge('claviger_endless', 'No end.', () => Number.POSITIVE_INFINITY)
  expect(metrics.text()).toBe(
    [
      '# HELP claviger_calls_total Calls.',
      '# TYPE claviger_calls_total counter',
      'claviger_calls_total{status="200"} 2',
      'claviger_calls_total{status="\\"\\\\\\n"} 3',
      '# HELP claviger_age_seconds Two\\nlines.',
      '# TYPE claviger_age_seconds gauge',
      'claviger_age_seconds 1.5',
      '# HELP claviger_modes By kind.',
      '# TYPE claviger_modes gauge',
      'claviger_modes{of="a"} 2',
      'claviger_modes{of="b"} 0',
      '# HELP claviger_unknown Not known yet.',
      '# TYPE claviger_unknown gauge',
      '# HELP claviger_endless No end.',
      '# TYPE claviger_endless gauge',
      'claviger_endless +Inf',
      '',
    ].join('\n'),
  )
})

test('refuses a name twice, or one that is not ours', () => {
  const metrics = new Metrics()
  metrics.counter('claviger_calls_total', 'Calls.')
  expect(() => metrics.counter('claviger_calls_total', 'Calls.')).toThrow('no name')
  expect(() => metrics.counter('calls_total', 'Calls.')).toThrow('no name')
})
