-- dataplane: where calls go. A route is an ordinary upstream behind /gw/{name}; a model is a public name for deployments.

create table dataplane_route (
  id                  text primary key,
  workspace_id        text not null,
  name                text not null,
  api_id              text not null,
  upstream_url        text not null,
  methods             text[] not null default '{}',
  required_scopes     text[] not null,
  provider_key_id     text,
  key_headers         text[] not null default '{x-api-key}',
  audit               text not null default 'ordinary' check (audit in ('ordinary', 'before-answer')),
  feed_loss_mode      text check (feed_loss_mode in ('deny', 'serve_known')),
  feed_loss_max_stale_seconds integer check (feed_loss_max_stale_seconds between 0 and 86400),
  limit_requests      bigint,
  limit_window_seconds integer,
  connect_timeout_ms  integer not null,
  first_byte_timeout_ms integer not null,
  idle_timeout_ms     integer not null,
  total_timeout_ms    integer not null,
  max_body_bytes      bigint not null,
  created_at          timestamptz(3) not null,
  updated_at          timestamptz(3) not null,
  revision            integer not null default 1,
  check ((limit_requests is null) = (limit_window_seconds is null))
);
-- Unique over the installation: a CORS preflight carries no key, so the name alone must tell the route.
create unique index dataplane_route_name on dataplane_route (name);

create table dataplane_model (
  id                  text primary key,
  workspace_id        text not null,
  name                text not null,
  api_id              text not null,
  deployments         jsonb not null,
  required_scopes     text[] not null,
  audit               text not null default 'ordinary' check (audit in ('ordinary', 'before-answer')),
  feed_loss_mode      text check (feed_loss_mode in ('deny', 'serve_known')),
  feed_loss_max_stale_seconds integer check (feed_loss_max_stale_seconds between 0 and 86400),
  limit_requests      bigint,
  limit_window_seconds integer,
  connect_timeout_ms  integer not null,
  first_byte_timeout_ms integer not null,
  idle_timeout_ms     integer not null,
  total_timeout_ms    integer not null,
  max_body_bytes      bigint not null,
  created_at          timestamptz(3) not null,
  updated_at          timestamptz(3) not null,
  revision            integer not null default 1,
  check ((limit_requests is null) = (limit_window_seconds is null))
);
create unique index dataplane_model_name on dataplane_model (workspace_id, name);
