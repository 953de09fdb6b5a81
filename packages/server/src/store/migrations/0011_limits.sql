-- usage: limits of five kinds in one call, and the ledger of credits. See docs/decisions/0016-limit-kinds.md.

drop function usage_draw(jsonb, jsonb, bigint);
drop function usage_situation_of(text, bigint, bigint, bigint);
drop type usage_situation;

-- Windows stand in `buckets` and `units`. Other kinds stand in `state`:
--   burst        {"debt", "limit", "window"}: what is owed, in 1/limit ms, at last_ms
--   quota        {"start", "used", "until"}: of the period that runs; until when units may still come back
--   concurrency  {node: [slots, sequence, until]}
-- `window_ms` is how long a row still means something after `last_ms`.
alter table usage_counter add column state jsonb;

-- ── credits ─────────────────────────────────────────────────────────────────────────────────────────────────────────

-- One balance. Its row lock comes before that of everything else of the account. Nothing is ever below 0.
create table usage_credit (
  -- id of a key or an app: it survives the rotation of a key
  account_id          text collate "C" primary key,
  workspace_id        text not null,
  -- the balance: the sum of the entries
  booked              bigint not null default 0,
  -- of that, in blocks of nodes
  leased              bigint not null default 0,
  -- booked as spent and not refunded; no refund goes beyond this and what open blocks are known to have spent
  refundable          bigint not null default 0,
  -- number of the last entry
  entries             bigint not null default 0,
  check (leased >= 0 and booked >= leased)
) with (fillfactor = 50);

-- The ledger: only ever added to.
create table usage_credit_entry (
  account_id          text collate "C" not null references usage_credit,
  number              bigint not null,
  kind                text not null check (kind in ('grant', 'spend', 'refund', 'adjust', 'expire')),
  units               bigint not null,
  -- after this entry
  balance             bigint not null check (balance >= 0),
  -- who says the same twice says it once
  reference           text not null,
  note                text,
  -- of a grant: what is left of it then expires
  ends_at             timestamptz(3),
  at                  timestamptz(3) not null default clock_timestamp(),
  primary key (account_id, number),
  unique (account_id, kind, reference),
  check (case kind when 'adjust' then units <> 0 when 'grant' then units > 0 when 'refund' then units > 0 else units < 0 end)
);

create function usage_credit_entry_stays() returns trigger language plpgsql as $$
begin
  raise exception 'entries of the ledger are never changed' using errcode = '42501';
end $$;
create trigger usage_credit_entry_change before update or delete on usage_credit_entry for each row execute function usage_credit_entry_stays();
create trigger usage_credit_entry_truncate before truncate on usage_credit_entry for each statement execute function usage_credit_entry_stays();

-- What is left of grants that end. Spends take from the one that ends soonest.
create table usage_credit_grant (
  account_id          text collate "C" not null references usage_credit,
  number              bigint not null,
  ends_at             timestamptz(3) not null,
  units               bigint not null check (units > 0),
  primary key (account_id, number)
);
create index usage_credit_grant_by_end on usage_credit_grant (ends_at);

-- Units that a node has drawn and not accounted for. `spent` is what its spool has told so far (an exact balance: what was
-- drawn); the node itself says it when it closes the block, and nobody ever closes it because of its age.
create table usage_credit_block (
  node_id             text collate "C" not null,
  number              bigint not null,
  account_id          text collate "C" not null references usage_credit,
  units               bigint not null,
  spent               bigint not null check (spent between 0 and units),
  opened_at           timestamptz(3) not null default clock_timestamp(),
  primary key (node_id, number)
) with (fillfactor = 50);
create index usage_credit_block_by_account on usage_credit_block (account_id);

-- Adds an entry; the caller holds the row of the account. Answers its number: an older one if it was said before. Null: there
-- is not so much that is free.
create function usage_credit_book(p_account text, p_kind text, p_units bigint, p_reference text, p_note text, p_ends_at timestamptz)
returns bigint language plpgsql as $$
declare
  v_number bigint;
  v_balance bigint;
begin
  select number into v_number from usage_credit_entry where account_id = p_account and kind = p_kind and reference = p_reference;
  if found then return v_number; end if;
  update usage_credit
     set booked = booked + p_units, entries = entries + 1,
         refundable = refundable - case when p_kind in ('spend', 'refund') then p_units else 0 end
   where account_id = p_account and booked + p_units >= leased
     and (p_kind <> 'refund'
          or refundable + (select coalesce(sum(b.spent), 0) from usage_credit_block b where b.account_id = p_account) >= p_units)
  returning entries, booked into v_number, v_balance;
  if not found then return null; end if;
  insert into usage_credit_entry (account_id, number, kind, units, balance, reference, note, ends_at)
  values (p_account, v_number, p_kind, p_units, v_balance, p_reference, p_note, p_ends_at);
  if p_kind = 'grant' and p_ends_at is not null then
    insert into usage_credit_grant (account_id, number, ends_at, units) values (p_account, v_number, p_ends_at, p_units);
  end if;
  return v_number;
end $$;

-- Closes a block: what was spent is booked, the rest is free. The caller holds the row of the account. A second time nothing
-- happens.
create function usage_credit_close(p_account text, p_node text, p_number bigint, p_spent bigint) returns void language plpgsql as $$
declare
  v_units bigint;
  v_spent bigint;
  v_open bigint;
  v_grant usage_credit_grant;
begin
  delete from usage_credit_block where node_id = p_node and number = p_number and account_id = p_account returning units into v_units;
  if not found then return; end if;
  v_spent := least(p_spent, v_units);
  update usage_credit set leased = leased - v_units where account_id = p_account;
  if v_spent = 0 then return; end if;
  perform usage_credit_book(p_account, 'spend', -v_spent,
    p_node || ':' || p_number || ':' || (select entries from usage_credit where account_id = p_account), null, null);
  v_open := v_spent;
  for v_grant in select * from usage_credit_grant where account_id = p_account order by ends_at, number loop
    exit when v_open = 0;
    if v_grant.units <= v_open then
      delete from usage_credit_grant where account_id = p_account and number = v_grant.number;
      v_open := v_open - v_grant.units;
    else
      update usage_credit_grant set units = units - v_open where account_id = p_account and number = v_grant.number;
      v_open := 0;
    end if;
  end loop;
end $$;

-- Lets grants that have ended expire. What nodes still hold of them expires when they have given it back.
create function usage_credit_expire(p_accounts text[], p_now timestamptz) returns void language plpgsql as $$
declare
  v_grant usage_credit_grant;
  v_units bigint;
begin
  perform from usage_credit where account_id = any (p_accounts) order by account_id for update;
  for v_grant in select * from usage_credit_grant where account_id = any (p_accounts) and ends_at <= p_now order by ends_at, number loop
    select least(v_grant.units, booked - leased) into v_units from usage_credit where account_id = v_grant.account_id;
    continue when v_units = 0;
    perform usage_credit_book(v_grant.account_id, 'expire', -v_units,
      v_grant.number || ':' || (select entries from usage_credit where account_id = v_grant.account_id), null, null);
    if v_units = v_grant.units then
      delete from usage_credit_grant where account_id = v_grant.account_id and number = v_grant.number;
    else
      update usage_credit_grant set units = units - v_units where account_id = v_grant.account_id and number = v_grant.number;
    end if;
  end loop;
end $$;

-- What a node's spool tells of its blocks: [[number, units]]. Blocks that are closed are told already.
create function usage_credit_note(p_node text, p_spends jsonb) returns void language plpgsql as $$
begin
  perform from usage_credit
    where account_id in (select account_id from usage_credit_block
                          where node_id = p_node and number in (select (s ->> 0)::bigint from jsonb_array_elements(p_spends) s))
    order by account_id for update;
  update usage_credit_block b
     set spent = least(b.units, b.spent + told.units)
    from (select (s ->> 0)::bigint as number, sum((s ->> 1)::bigint) as units from jsonb_array_elements(p_spends) s group by 1) told
   where b.node_id = p_node and b.number = told.number;
end $$;

-- Closes all blocks of a node that is dead and whose spool is stored to its end. Answers how many there were.
create function usage_credit_settle(p_node text) returns integer language plpgsql as $$
declare
  v_block usage_credit_block;
  v_count integer := 0;
begin
  perform from usage_credit where account_id in (select account_id from usage_credit_block where node_id = p_node)
    order by account_id for update;
  for v_block in select * from usage_credit_block where node_id = p_node order by number loop
    perform usage_credit_close(v_block.account_id, p_node, v_block.number, v_block.spent);
    v_count := v_count + 1;
  end loop;
  return v_count;
end $$;

-- ── draws ───────────────────────────────────────────────────────────────────────────────────────────────────────────

-- What a look at one limit tells. Nulls: nobody knows. `amount`: used units, or debt, or slots or units that are free.
create type usage_sight as (
  now_ms bigint, central boolean, remaining bigint, delay_ms bigint, reset_ms bigint, refused_reset_ms bigint, retry_ms bigint,
  amount bigint, until_ms bigint, start_ms bigint, buckets bigint[], units bigint[], holders jsonb);

create function usage_see_window(p_draw jsonb, p_cost bigint, p_clock_ms bigint, p_live integer) returns usage_sight language plpgsql as $$
declare
  v usage_sight;
  v_most bigint := (p_draw ->> 'limit')::bigint;
  v_window_ms bigint := (p_draw ->> 'window_ms')::bigint;
  v_width_ms bigint := (p_draw ->> 'width_ms')::bigint;
  v_always boolean := (p_draw ->> 'alone')::boolean or v_most < 4 * p_live;
  v_excess bigint;
  v_freed bigint := 0;
  v_returnable bigint := 0;
  v_place integer;
begin
  -- What still counts, in buckets of the width asked for, in order. A bucket of another width (the limit was edited) goes to
  -- the bucket in which it ends, so that nothing is forgotten early.
  select greatest(p_clock_ms, c.last_ms), coalesce(counting.buckets, '{}'), coalesce(counting.units, '{}'), coalesce(counting.used, 0)
    into v.now_ms, v.buckets, v.units, v.amount
    from usage_counter c
   cross join lateral (
     select array_agg(summed.bucket order by summed.bucket) as buckets, array_agg(summed.units order by summed.bucket) as units,
            sum(summed.units)::bigint as used
       from (select converted.bucket, sum(converted.units)::bigint as units
               from (select case when c.width_ms = v_width_ms then held.bucket
                                 else ((held.bucket + 1) * c.width_ms - 1) / v_width_ms end as bucket, held.units
                       from unnest(c.buckets, c.units) as held (bucket, units)
                      where held.units > 0) converted
              where converted.bucket >= floor((greatest(p_clock_ms, c.last_ms) - v_window_ms)::float8 / v_width_ms)
              group by converted.bucket) summed) counting
   where c.id = p_draw ->> 'id';
  v.central := v_always or (v_most <= 64 and 2 * v.amount > v_most);
  v.remaining := greatest(0, v_most - v.amount);
  v.reset_ms := coalesce((v.buckets[1] + 1) * v_width_ms + v_window_ms - v.now_ms, 0);
  v.delay_ms := 0;
  v_excess := v.amount + p_cost - v_most;
  if v_excess <= 0 then return v; end if;
  v.delay_ms := null;
  for v_place in 1..cardinality(v.buckets) loop
    exit when p_cost > v_most;
    v_freed := v_freed + v.units[v_place];
    if v_freed >= v_excess then
      v.delay_ms := (v.buckets[v_place] + 1) * v_width_ms + v_window_ms - v.now_ms;
      exit;
    end if;
  end loop;
  for v_place in reverse cardinality(v.buckets)..1 loop
    -- Leases that have not ended, or only just, may be given back at any time.
    exit when (v.buckets[v_place] + 1) * v_width_ms <= v.now_ms - 250;
    v_returnable := v_returnable + v.units[v_place];
  end loop;
  v.refused_reset_ms := coalesce(v.delay_ms, v_window_ms);
  v.retry_ms := v.refused_reset_ms;
  if not v_always and v_returnable >= v_excess then
    v.retry_ms := least(v.refused_reset_ms, greatest(20, least(500, v_window_ms / 50)));
  end if;
  return v;
end $$;

-- What `units` of a burst's debt leave free, and how long until `cost` fit; see packages/core/src/limit/burst.ts.
create function usage_burst_delay(p_debt numeric, p_cost bigint, p_limit bigint, p_window_ms bigint, p_burst bigint)
returns bigint language sql immutable as $$
  select case when p_cost > p_burst then null
              else greatest(0, ceil((p_debt - (p_burst - p_cost)::numeric * p_window_ms) / p_limit))::bigint end
$$;

create function usage_burst_remaining(p_debt numeric, p_window_ms bigint, p_burst bigint) returns bigint language sql immutable as $$
  select greatest(0, floor((p_burst::numeric * p_window_ms - p_debt) / p_window_ms))::bigint
$$;

create function usage_see_burst(p_draw jsonb, p_cost bigint, p_clock_ms bigint, p_live integer) returns usage_sight language plpgsql as $$
declare
  v usage_sight;
  v_limit bigint := (p_draw ->> 'limit')::bigint;
  v_window_ms bigint := (p_draw ->> 'window_ms')::bigint;
  v_burst bigint := (p_draw ->> 'burst')::bigint;
  v_state jsonb;
  v_last_ms bigint;
  v_debt numeric := 0;
begin
  select last_ms, state into v_last_ms, v_state from usage_counter where id = p_draw ->> 'id';
  v.now_ms := greatest(p_clock_ms, v_last_ms);
  if v_state ? 'debt' then
    v_debt := greatest(0, (v_state ->> 'debt')::numeric - (v.now_ms - v_last_ms)::numeric * (v_state ->> 'limit')::bigint);
    if (v_state ->> 'limit')::bigint <> v_limit or (v_state ->> 'window')::bigint <> v_window_ms then
      -- The limit was edited: the longer of what the debt takes to pay back, and what its units owe now.
      v_debt := greatest(ceil(v_debt * v_limit / (v_state ->> 'limit')::bigint), ceil(v_debt * v_window_ms / (v_state ->> 'window')::bigint));
    end if;
  end if;
  v.amount := v_debt;
  v.remaining := usage_burst_remaining(v_debt, v_window_ms, v_burst);
  v.central := (p_draw ->> 'alone')::boolean or v_burst < 4 * p_live or 2 * v_debt > v_burst::numeric * v_window_ms;
  v.delay_ms := usage_burst_delay(v_debt, p_cost, v_limit, v_window_ms, v_burst);
  v.reset_ms := case when v_debt = 0 then 0 else usage_burst_delay(v_debt, least(v_burst, v.remaining + 1), v_limit, v_window_ms, v_burst) end;
  v.refused_reset_ms := coalesce(v.delay_ms, ceil(v_burst::numeric * v_window_ms / v_limit)::bigint);
  v.retry_ms := v.refused_reset_ms;
  return v;
end $$;

create function usage_see_quota(p_draw jsonb, p_cost bigint, p_clock_ms bigint, p_live integer) returns usage_sight language plpgsql as $$
declare
  v usage_sight;
  v_most bigint := (p_draw ->> 'limit')::bigint;
  v_state jsonb;
  v_last_ms bigint;
begin
  select last_ms, state into v_last_ms, v_state from usage_counter where id = p_draw ->> 'id';
  v.now_ms := greatest(p_clock_ms, v_last_ms);
  v.central := (p_draw ->> 'alone')::boolean or v_most < 4 * p_live;
  select begun.start_ms, begun.end_ms into v.start_ms, v.until_ms
    from (select start::bigint as start_ms, lead(start::bigint) over (order by place) as end_ms
            from jsonb_array_elements_text(p_draw -> 'starts') with ordinality as listed (start, place)) begun
   where begun.start_ms <= v.now_ms and v.now_ms < begun.end_ms;
  if not found then
    -- The asker's clock is more than a period off.
    v.remaining := 0;
    v.reset_ms := 1000;
    v.refused_reset_ms := 1000;
    v.retry_ms := 1000;
    return v;
  end if;
  if v_state ? 'used' and (v_state ->> 'start')::bigint >= v.start_ms then v.holders := v_state; end if;
  v.amount := coalesce((v.holders ->> 'used')::bigint, 0);
  v.remaining := greatest(0, v_most - v.amount);
  v.reset_ms := v.until_ms - v.now_ms;
  v.refused_reset_ms := v.reset_ms;
  v.retry_ms := v.reset_ms;
  if not v.central and coalesce((v.holders ->> 'until')::bigint, 0) + 250 > v.now_ms then v.retry_ms := least(v.reset_ms, 250); end if;
  v.delay_ms := case when v.amount + p_cost <= v_most then 0 end;
  return v;
end $$;

create function usage_see_slots(p_draw jsonb, p_clock_ms bigint, p_live integer) returns usage_sight language plpgsql as $$
declare
  v usage_sight;
  v_most bigint := (p_draw ->> 'limit')::bigint;
  v_last_ms bigint;
  v_own bigint;
  v_all bigint;
begin
  select last_ms, coalesce(state, '{}') into v_last_ms, v.holders from usage_counter where id = p_draw ->> 'id';
  v.now_ms := greatest(p_clock_ms, v_last_ms);
  select coalesce(jsonb_object_agg(node, held), '{}'), coalesce(sum((held ->> 0)::bigint), 0)
    into v.holders, v_all from jsonb_each(v.holders) as each (node, held) where (held ->> 2)::bigint > v.now_ms;
  v_own := coalesce((v.holders -> (p_draw ->> 'node') ->> 0)::bigint, 0);
  v.amount := v_most - (v_all - v_own);
  v.central := (p_draw ->> 'alone')::boolean or v_most < 4 * p_live or 2 * v_all > v_most;
  v.remaining := greatest(0, v.amount - v_own);
  v.retry_ms := 50;
  if (p_draw ->> 'need')::bigint <= v.amount
    and coalesce((v.holders -> (p_draw ->> 'node') ->> 1)::bigint, 0) < (p_draw ->> 'sequence')::bigint then
    v.delay_ms := 0;
  end if;
  return v;
end $$;

create function usage_see_credits(p_draw jsonb, p_cost bigint, p_clock_ms bigint, p_live integer) returns usage_sight language plpgsql as $$
declare
  v usage_sight;
  v_leased bigint;
begin
  select booked - leased, leased into v.amount, v_leased from usage_credit where account_id = p_draw ->> 'id';
  v.now_ms := p_clock_ms;
  v.amount := coalesce(v.amount, 0);
  v.remaining := v.amount;
  v.central := (p_draw ->> 'alone')::boolean or v.amount < 8 * p_live;
  v.retry_ms := case when v_leased > 0 then 250 else 1000 end;
  v.delay_ms := case when p_cost <= v.amount then 0 end;
  return v;
end $$;

create function usage_see(p_draw jsonb, p_cost bigint, p_clock_ms bigint, p_live integer) returns usage_sight language plpgsql as $$
begin
  case p_draw ->> 'kind'
    when 'window' then return usage_see_window(p_draw, p_cost, p_clock_ms, p_live);
    when 'burst' then return usage_see_burst(p_draw, p_cost, p_clock_ms, p_live);
    when 'quota' then return usage_see_quota(p_draw, p_cost, p_clock_ms, p_live);
    when 'concurrency' then return usage_see_slots(p_draw, p_clock_ms, p_live);
    when 'credits' then return usage_see_credits(p_draw, p_cost, p_clock_ms, p_live);
  end case;
end $$;

-- What one request gets of what is free: its cost, and a part of the rest if it wants more.
create function usage_share(p_cost bigint, p_want bigint, p_free bigint, p_live integer, p_central boolean) returns bigint language sql immutable as $$
  select case when p_central then p_cost
              else greatest(p_cost, least(p_want, case when p_live > 1 then p_free / (2 * p_live) else p_free end)) end
$$;

-- A quarter of the window while all of it is free, and shorter the less there is for others.
create function usage_lease_ms(p_limit bigint, p_window_ms bigint, p_free bigint) returns bigint language sql immutable as $$
  select least(15000, greatest(20, p_window_ms / 40, p_window_ms * p_free / (4 * p_limit)))
$$;

-- Adds units to a bucket; buckets stay in order.
create function usage_put(inout p_buckets bigint[], inout p_units bigint[], p_bucket bigint, p_added bigint) language plpgsql as $$
declare
  v_place integer := 1;
begin
  while v_place <= cardinality(p_buckets) and p_buckets[v_place] < p_bucket loop v_place := v_place + 1; end loop;
  if p_buckets[v_place] = p_bucket then
    p_units[v_place] := p_units[v_place] + p_added;
  else
    p_buckets := p_buckets[:v_place - 1] || p_bucket || p_buckets[v_place:];
    p_units := p_units[:v_place - 1] || p_added || p_units[v_place:];
  end if;
end $$;

create function usage_grant(p_units bigint, p_ttl_ms bigint, p_bucket bigint, p_central boolean, p_remaining bigint, p_reset_ms bigint)
returns jsonb language sql stable as $$
  select jsonb_build_object('units', p_units, 'ttl_ms', p_ttl_ms, 'bucket', p_bucket, 'central', p_central,
    'remaining', p_remaining, 'reset_ms', p_reset_ms, 'retry_ms', 0)
$$;

-- Charges one limit that fits `p_delay_ms` from now. Answers the grant.
create function usage_charge(p_draw jsonb, p_sight usage_sight, p_cost bigint, p_delay_ms bigint, p_least_ms bigint, p_live integer)
returns jsonb language plpgsql as $$
declare
  v_id text := p_draw ->> 'id';
  v_most bigint := (p_draw ->> 'limit')::bigint;
  v_window_ms bigint := (p_draw ->> 'window_ms')::bigint;
  v_width_ms bigint := (p_draw ->> 'width_ms')::bigint;
  v_burst bigint := (p_draw ->> 'burst')::bigint;
  v_now_ms bigint := p_sight.now_ms;
  v_free bigint; v_units bigint; v_least_ms bigint; v_ttl_ms bigint; v_bucket bigint; v_debt numeric; v_left bigint; v_span_ms bigint;
  v_buckets bigint[]; v_counts bigint[]; v_place integer;
begin
  case p_draw ->> 'kind'
  when 'window' then
    v_free := v_most - p_sight.amount;
    if p_delay_ms > 0 then
      select v_most - coalesce(sum(held.units), 0) into v_free from unnest(p_sight.buckets, p_sight.units) as held (bucket, units)
       where held.bucket >= floor((v_now_ms + p_delay_ms - v_window_ms)::float8 / v_width_ms);
    end if;
    v_units := usage_share(p_cost, (p_draw ->> 'want')::bigint, v_free, p_live, p_sight.central);
    v_least_ms := greatest(p_least_ms, case when p_sight.central then 20 else usage_lease_ms(v_most, v_window_ms, v_free - v_units) end);
    v_bucket := (v_now_ms + p_delay_ms + v_least_ms) / v_width_ms;
    v_ttl_ms := least(p_delay_ms + 2 * v_least_ms, (v_bucket + 1) * v_width_ms - 1 - v_now_ms);
    v_buckets := p_sight.buckets;
    v_counts := p_sight.units;
    v_place := cardinality(v_buckets);
    while v_place > 0 and v_buckets[v_place] > v_bucket loop v_place := v_place - 1; end loop;
    if v_place > 0 and v_buckets[v_place] = v_bucket then
      v_counts[v_place] := v_counts[v_place] + v_units;
    else
      v_buckets := v_buckets[:v_place] || v_bucket || v_buckets[v_place + 1:];
      v_counts := v_counts[:v_place] || v_units || v_counts[v_place + 1:];
    end if;
    update usage_counter set window_ms = v_window_ms, width_ms = v_width_ms, last_ms = v_now_ms, buckets = v_buckets, units = v_counts
     where id = v_id;
    return usage_grant(v_units, v_ttl_ms, v_bucket, p_sight.central, v_free - v_units,
      (v_buckets[1] + 1) * v_width_ms + v_window_ms - v_now_ms);
  when 'burst' then
    v_debt := greatest(0, p_sight.amount - p_delay_ms::numeric * v_most);
    v_free := usage_burst_remaining(v_debt, v_window_ms, v_burst);
    v_units := usage_share(p_cost, (p_draw ->> 'want')::bigint, v_free, p_live, p_sight.central);
    -- A lease that ends before the debt is paid costs nothing, a longer one what time would have paid back while it lasts.
    v_span_ms := floor(v_burst::numeric * v_window_ms / v_most)::bigint;
    v_least_ms := case when p_sight.central then 0
                       else least(greatest(floor(v_debt / v_most)::bigint, v_span_ms / 40), usage_lease_ms(v_burst, v_span_ms, v_free - v_units)) end;
    v_ttl_ms := p_delay_ms + greatest(1, v_least_ms, p_least_ms);
    v_debt := greatest(p_sight.amount, v_ttl_ms::numeric * v_most) + v_units::numeric * v_window_ms;
    update usage_counter
       set window_ms = ceil(v_debt / v_most)::bigint, last_ms = v_now_ms,
           state = jsonb_build_object('debt', v_debt, 'limit', v_most, 'window', v_window_ms)
     where id = v_id;
    v_left := usage_burst_remaining(v_debt, v_window_ms, v_burst);
    return usage_grant(v_units, v_ttl_ms, 0, p_sight.central, v_left,
      usage_burst_delay(v_debt, least(v_burst, v_left + 1), v_most, v_window_ms, v_burst));
  when 'quota' then
    v_free := v_most - p_sight.amount;
    v_units := usage_share(p_cost, (p_draw ->> 'want')::bigint, v_free, p_live, p_sight.central);
    v_least_ms := case when p_sight.central then 20 else least(15000, greatest(250, 60000 * (v_free - v_units) / v_most)) end;
    v_ttl_ms := least(p_delay_ms + greatest(v_least_ms, p_least_ms), p_sight.until_ms - 1 - v_now_ms);
    update usage_counter
       set window_ms = p_sight.until_ms - v_now_ms, last_ms = v_now_ms,
           state = jsonb_build_object('start', p_sight.start_ms, 'used', p_sight.amount + v_units,
             'until', greatest(coalesce((p_sight.holders ->> 'until')::bigint, 0), v_now_ms + v_ttl_ms))
     where id = v_id;
    return usage_grant(v_units, v_ttl_ms, p_sight.start_ms, p_sight.central, v_free - v_units, p_sight.reset_ms);
  when 'concurrency' then
    v_free := p_sight.amount - (p_draw ->> 'need')::bigint;
    v_units := (p_draw ->> 'need')::bigint + least((p_draw ->> 'waiting')::bigint, v_free);
    if not p_sight.central then
      v_units := v_units + least((p_draw ->> 'spare')::bigint, (p_sight.amount - v_units) / (2 * p_live));
    end if;
    v_ttl_ms := p_delay_ms + greatest(10000, p_least_ms);
    update usage_counter
       set window_ms = v_ttl_ms, last_ms = v_now_ms,
           state = p_sight.holders || jsonb_build_object(p_draw ->> 'node', jsonb_build_array(v_units, (p_draw ->> 'sequence')::bigint, v_now_ms + v_ttl_ms))
     where id = v_id;
    return usage_grant(v_units, v_ttl_ms, 0, p_sight.central, p_sight.amount - v_units, null);
  when 'credits' then
    v_units := usage_share(p_cost, (p_draw ->> 'want')::bigint, p_sight.amount, p_live, p_sight.central);
    v_ttl_ms := p_delay_ms + greatest(case when p_sight.central then 500 else 15000 end, p_least_ms);
    update usage_credit set leased = leased + v_units where account_id = v_id;
    insert into usage_credit_block as b (node_id, number, account_id, units, spent)
    values (p_draw ->> 'node', (p_draw ->> 'block')::bigint, v_id, v_units, case when (p_draw ->> 'alone')::boolean then v_units else 0 end)
        on conflict (node_id, number) do update set units = b.units + excluded.units, spent = b.spent + excluded.spent
     where b.account_id = excluded.account_id;
    if not found then raise exception 'block % of % belongs to another account', p_draw ->> 'block', p_draw ->> 'node'; end if;
    return usage_grant(v_units, v_ttl_ms, (p_draw ->> 'block')::bigint, p_sight.central, p_sight.amount - v_units, null);
  end case;
end $$;

-- Hears what nodes say of units that they have drawn. The caller holds the rows.
create function usage_take_back(p_returns jsonb, p_clock_ms bigint) returns void language plpgsql as $$
declare
  v_said jsonb;
  v_row usage_counter;
  v_place integer;
  v_taken bigint;
  v_own jsonb;
begin
  for v_said in select value from jsonb_array_elements(p_returns) loop
    if v_said ->> 'kind' = 'credits' then
      perform usage_credit_close(v_said ->> 'id', v_said ->> 'node', (v_said ->> 'block')::bigint, (v_said ->> 'spent')::bigint);
      continue;
    end if;
    select * into v_row from usage_counter where id = v_said ->> 'id';
    continue when not found;
    case v_said ->> 'kind'
    when 'window' then
      v_place := array_position(v_row.buckets, (v_said ->> 'bucket')::bigint);
      continue when v_place is null or v_row.width_ms <> (v_said ->> 'width_ms')::bigint;
      v_taken := least(v_row.units[v_place], (v_said ->> 'units')::bigint);
      v_row.units[v_place] := v_row.units[v_place] - v_taken;
      if v_said ? 'used_bucket' then
        select p_buckets, p_units into v_row.buckets, v_row.units
          from usage_put(v_row.buckets, v_row.units, (v_said ->> 'used_bucket')::bigint, v_taken);
      end if;
      update usage_counter set buckets = v_row.buckets, units = v_row.units where id = v_row.id;
    when 'quota' then
      continue when (v_row.state ->> 'start')::bigint is distinct from (v_said ->> 'bucket')::bigint;
      update usage_counter
         set state = jsonb_set(state, '{used}', to_jsonb(greatest(0, (state ->> 'used')::bigint - (v_said ->> 'units')::bigint)))
       where id = v_row.id;
    when 'concurrency' then
      v_own := v_row.state -> (v_said ->> 'node');
      continue when v_own is null or (v_own ->> 1)::bigint >= (v_said ->> 'sequence')::bigint;
      if (v_said ->> 'slots')::bigint = 0 or (v_own ->> 2)::bigint <= greatest(p_clock_ms, v_row.last_ms) then
        update usage_counter set state = state - (v_said ->> 'node') where id = v_row.id;
      else
        update usage_counter
           set state = state || jsonb_build_object(v_said ->> 'node',
                 jsonb_build_array(least((v_own ->> 0)::bigint, (v_said ->> 'slots')::bigint), (v_said ->> 'sequence')::bigint, (v_own ->> 2)::bigint))
         where id = v_row.id;
      end if;
    end case;
  end loop;
end $$;

-- Draws leases for several requests, after hearing what became of earlier ones. The arithmetic is that of
-- packages/server/src/usage/testing/arithmetic.ts, and a test holds the two against each other.
--
-- p_requests: [{"cost", "least_ms", "limits": [{"kind", "id", "limit", "alone", "patience_ms", …}]}], see lease-store.ts;
--   all limits of a request are granted or none
-- p_returns:  [{"kind", "id", …}]
-- p_now_ms:   for tests; else the clock of the database
-- answers {"nodes", "grants": one per request: {"granted", "delay_ms", "limits":
--   [{"units", "ttl_ms", "bucket", "central", "remaining", "reset_ms", "retry_ms"}]}}
create function usage_draw(p_requests jsonb, p_returns jsonb, p_now_ms bigint default null) returns jsonb language plpgsql as $$
declare
  v_ids text[]; v_accounts text[]; v_returned text[] := '{}'; v_locked text[];
  v_clock_ms bigint; v_live integer;
  v_request jsonb; v_draw jsonb; v_place integer;
  v_answers jsonb := '[]'; v_limits jsonb;
  v_cost bigint; v_least_ms bigint; v_count integer; v_delay_ms bigint; v_granted boolean;
  v_sight usage_sight; v_sights usage_sight[];
begin
  select coalesce(array_agg(distinct l ->> 'id') filter (where l ->> 'kind' <> 'credits'), '{}'),
         coalesce(array_agg(distinct l ->> 'id') filter (where l ->> 'kind' = 'credits'), '{}')
    into v_ids, v_accounts
    from jsonb_array_elements(p_requests) r, jsonb_array_elements(r -> 'limits') l;
  if p_returns <> '[]' then
    select coalesce(array_agg(distinct r ->> 'id') filter (where r ->> 'kind' <> 'credits'), '{}'),
           v_accounts || coalesce(array_agg(distinct r ->> 'id') filter (where r ->> 'kind' = 'credits'), '{}')
      into v_returned, v_accounts from jsonb_array_elements(p_returns) r;
  end if;
  -- All rows in one order, counters before accounts, so that two calls never wait for each other in a circle.
  loop
    insert into usage_counter (id, window_ms, width_ms, last_ms)
    select wanted.id, 1, 1, 0 from unnest(v_ids) as wanted (id)
     where not exists (select from usage_counter c where c.id = wanted.id)
     order by wanted.id
        on conflict do nothing;
    select coalesce(array_agg(held.id), '{}') into v_locked
      from (select id from usage_counter where id = any (v_ids || v_returned) order by id for update) held;
    -- Else a row was cleared away between the two statements.
    exit when v_ids <@ v_locked;
  end loop;
  if v_accounts <> '{}' then
    perform from usage_credit where account_id = any (v_accounts) order by account_id for update;
  end if;
  -- Not before the locks are held: what was waited for is past.
  v_clock_ms := coalesce(p_now_ms, floor(extract(epoch from clock_timestamp()) * 1000)::bigint);
  v_live := feed_live_nodes();
  if p_returns <> '[]' then perform usage_take_back(p_returns, v_clock_ms); end if;
  if v_accounts <> '{}' and exists (select from usage_credit_grant g
                                     where g.account_id = any (v_accounts) and g.ends_at <= to_timestamp(v_clock_ms / 1000.0)) then
    perform usage_credit_expire(v_accounts, to_timestamp(v_clock_ms / 1000.0));
  end if;

  for v_request in select value from jsonb_array_elements(p_requests) loop
    v_cost := (v_request ->> 'cost')::bigint;
    v_least_ms := (v_request ->> 'least_ms')::bigint;
    v_count := jsonb_array_length(v_request -> 'limits');
    v_granted := true;
    v_delay_ms := 0;
    v_sights := '{}';
    for v_place in 1..v_count loop
      v_draw := v_request -> 'limits' -> (v_place - 1);
      v_sight := usage_see(v_draw, v_cost, v_clock_ms, v_live);
      if v_count > 1 then v_sights := v_sights || v_sight; end if;
      if v_sight.delay_ms is null or v_sight.delay_ms > (v_draw ->> 'patience_ms')::bigint then v_granted := false; end if;
      v_delay_ms := greatest(v_delay_ms, v_sight.delay_ms);
    end loop;
    v_limits := '[]';
    for v_place in 1..v_count loop
      if v_count > 1 then
        v_draw := v_request -> 'limits' -> (v_place - 1);
        v_sight := v_sights[v_place];
      end if;
      if v_granted then
        v_limits := v_limits || usage_charge(v_draw, v_sight, v_cost, v_delay_ms, v_least_ms, v_live);
      elsif v_sight.delay_ms is null or v_sight.delay_ms > (v_draw ->> 'patience_ms')::bigint then
        v_limits := v_limits || jsonb_build_object('units', 0, 'ttl_ms', 0, 'bucket', 0, 'central', v_sight.central,
          'remaining', v_sight.remaining, 'reset_ms', v_sight.refused_reset_ms, 'retry_ms', v_sight.retry_ms);
      else
        v_limits := v_limits || jsonb_build_object('units', 0, 'ttl_ms', 0, 'bucket', 0, 'central', v_sight.central,
          'remaining', v_sight.remaining, 'reset_ms', v_sight.reset_ms, 'retry_ms', 0);
      end if;
    end loop;
    v_answers := v_answers || jsonb_build_object('granted', v_granted,
      'delay_ms', case when v_granted then v_delay_ms else 0 end, 'limits', v_limits);
  end loop;
  return jsonb_build_object('nodes', v_live, 'grants', v_answers);
end $$;
