-- usage: which Redis counts windows, bursts and calls at once. A server that lost what it had counted is known by it: see
-- docs/decisions/0016-limit-kinds.md.
create table usage_redis (
  only_row            boolean primary key default true check (only_row),
  -- stands in Redis too, as long as nothing was lost
  mark_id             text not null,
  -- of the server that was used last: a new one comes with each start of it, and with a failover
  run_id              text not null
);
