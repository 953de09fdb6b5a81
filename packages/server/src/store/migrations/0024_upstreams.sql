-- dataplane: several upstreams of a route, and what holds when one misbehaves; each as on the wire. null: not watched.
alter table dataplane_route
  alter column upstream_url drop not null,
  add column upstreams jsonb not null default '[]',
  add column when_all_out text not null default 'try' check (when_all_out in ('try', 'refuse')),
  add column circuit_breaker jsonb,
  add column health_check jsonb,
  add column retries jsonb,
  add constraint dataplane_route_upstream check ((upstream_url is null) <> (upstreams = '[]'));
