-- usage: who is told to wait, as each process last told. What decides is in the memory of the processes; this is for
-- people to look at, so it need not survive a crash.
create unlogged table usage_shield_block (
  node_id text not null,
  scope text not null check (scope in ('address', 'key', 'prefix')),
  subject text not null,
  since_at timestamptz not null,
  until_at timestamptz not null,
  failures integer not null,
  primary key (node_id, scope, subject)
);
