-- http: what makes creating safe to repeat.

-- One use of an Idempotency-Key by one admin key. Key and payload are kept as keyed hashes: both may hold secrets.
create table http_idempotency (
  admin_key_id        text not null,
  key_hash            text not null,
  workspace_id        text not null,
  operation_id        text not null,
  payload_hash        text not null,
  -- the request that does the work: its entry in the audit log tells whether a lost answer was a success
  request_id          text not null,
  state               text not null check (state in ('running', 'done')),
  -- while running: from here on its process counts as dead
  running_until       timestamptz(3) not null,
  status              integer,
  location            text,
  etag                text,
  -- the answer without its secret members
  answer              jsonb,
  -- of the thing that was made
  resource_id         text,
  created_at          timestamptz(3) not null,
  expires_at          timestamptz(3) not null,
  primary key (admin_key_id, key_hash)
);
create index http_idempotency_expiry on http_idempotency (expires_at);

-- Secret members of an answer, sealed, to be shown once more to whoever repeats the request soon.
create table http_handover (
  id                  text primary key,
  workspace_id        text not null,
  admin_key_id        text not null,
  key_hash            text not null,
  sealed              bytea not null,
  expires_at          timestamptz(3) not null,
  foreign key (admin_key_id, key_hash) references http_idempotency (admin_key_id, key_hash) on delete cascade,
  unique (admin_key_id, key_hash)
);
create index http_handover_expiry on http_handover (expires_at);
