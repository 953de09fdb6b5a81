/** How old the files of addresses are, and whether the ones that stand there can be used, as metrics. */
import type { Geo, GeoFileState } from '#geo'
import type { Metrics } from '#http'

/** @param nowMs Unix ms */
export function measureGeo(geo: Geo, metrics: Metrics, nowMs: () => number): void {
  const files = {
    country: () => geo.state().country,
    asn: () => geo.state().asn,
  } as const satisfies Record<string, () => GeoFileState | undefined>
  for (const [name, read] of Object.entries(files)) {
    const gauge = (suffix: string, help: string, value: (file: GeoFileState) => number): void =>
      metrics.gauge(`claviger_geo_${name}_${suffix}`, help, () => {
        const file = read()
        return file === undefined ? undefined : value(file)
      })
    gauge('built_at_seconds', `When the ${name} file in use was built, Unix seconds.`, (file) => file.builtAtMs / 1000)
    gauge('age_seconds', `How long ago the ${name} file in use was built.`, (file) => (nowMs() - file.builtAtMs) / 1000)
    gauge('problem', `1 while the ${name} file that stands there cannot be used and the one before it is.`, (file) =>
      file.problem === undefined ? 0 : 1,
    )
  }
  metrics.observedCounter(
    'claviger_geo_refused_files_total',
    'New files of addresses that could not be used.',
    () => geo.state().country.refusedFiles + (geo.state().asn?.refusedFiles ?? 0),
  )
}
