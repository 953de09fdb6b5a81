-- usage: what has been used of limits (windows, by leases), and what was used at all (hourly roll-ups).

-- One window counter of one limit. `buckets` are sub-buckets of the window (number = instant in ms / width_ms), `units`
-- what has been charged to each. Units are charged when they are leased, to the bucket in which the lease expires: so
-- buckets of the future count too. `last_ms` keeps a counter's time from running backwards.
create table usage_counter (
  id                  text collate "C" primary key,
  window_ms           bigint not null,
  width_ms            bigint not null,
  last_ms             bigint not null,
  buckets             bigint[] not null default '{}',
  units               bigint[] not null default '{}'
) with (fillfactor = 50);

-- What still counts of a counter, in buckets of the width asked for, in order. A bucket of another width (the limit was
-- edited) goes to the bucket in which it ends, so that nothing is forgotten early.
create type usage_situation as (now_ms bigint, buckets bigint[], units bigint[], used bigint);

create function usage_situation_of(p_id text, p_clock_ms bigint, p_window_ms bigint, p_width_ms bigint)
returns usage_situation language sql stable as $$
  select greatest(p_clock_ms, c.last_ms), coalesce(counting.buckets, '{}'), coalesce(counting.units, '{}'), coalesce(counting.used, 0)
    from usage_counter c
   cross join lateral (
     select array_agg(summed.bucket order by summed.bucket) as buckets, array_agg(summed.units order by summed.bucket) as units,
            sum(summed.units)::bigint as used
       from (select converted.bucket, sum(converted.units)::bigint as units
               from (select case when c.width_ms = p_width_ms then held.bucket
                                 else ((held.bucket + 1) * c.width_ms - 1) / p_width_ms end as bucket, held.units
                       from unnest(c.buckets, c.units) as held (bucket, units)
                      where held.units > 0) converted
              where converted.bucket >= floor((greatest(p_clock_ms, c.last_ms) - p_window_ms)::float8 / p_width_ms)
              group by converted.bucket) summed) counting
   where c.id = p_id
$$;

-- Draws leases for several requests, after taking back units of earlier ones. The arithmetic is that of
-- packages/server/src/usage/testing/lease-arithmetic.ts, and a test holds the two against each other.
--
-- p_requests: [{"cost", "least_ms", "limits": [{"id", "limit", "window_ms", "width_ms", "want", "alone"}]}]
--   all limits of a request are granted, at least `cost` units each, or none
-- p_returns:  [{"id", "width_ms", "bucket", "units"}]
-- p_now_ms:   for tests; else the clock of the database
-- answers one object per request: {"granted", "limits": [{"units", "ttl_ms", "bucket", "central", "remaining", "reset_ms", "retry_ms"}]}
--   remaining, reset_ms: what can still be had, and when more can be. retry_ms: 0, or before that asking again is vain.
create function usage_draw(p_requests jsonb, p_returns jsonb, p_now_ms bigint default null) returns jsonb language plpgsql as $$
declare
  v_ids text[]; v_returned text[] := '{}'; v_locked text[];
  v_clock_ms bigint; v_live integer;
  v_request jsonb; v_limit jsonb; v_answers jsonb := '[]'; v_limits jsonb; v_granted boolean; v_alone_in_request boolean;
  v_cost bigint; v_most bigint; v_window_ms bigint; v_width_ms bigint;
  v_at usage_situation;
  v_always boolean; v_central boolean;
  v_excess bigint; v_freed bigint; v_returnable bigint; v_reset_ms bigint; v_retry_ms bigint;
  v_units bigint; v_ttl_ms bigint; v_bucket bigint; v_place integer;
begin
  select coalesce(array_agg(distinct l ->> 'id'), '{}') into v_ids
    from jsonb_array_elements(p_requests) r, jsonb_array_elements(r -> 'limits') l;
  if p_returns <> '[]' then
    select array_agg(distinct r ->> 'id') into v_returned from jsonb_array_elements(p_returns) r;
  end if;
  loop
    insert into usage_counter (id, window_ms, width_ms, last_ms)
    select wanted.id, 1, 1, 0 from unnest(v_ids) as wanted (id)
     where not exists (select from usage_counter c where c.id = wanted.id)
     order by wanted.id
        on conflict do nothing;
    -- All rows in one order, so that two calls never wait for each other in a circle.
    select coalesce(array_agg(held.id), '{}') into v_locked
      from (select id from usage_counter where id = any (v_ids || v_returned) order by id for update) held;
    -- Else a row was cleared away between the two statements.
    exit when v_ids <@ v_locked;
  end loop;
  -- Not before the locks are held: what was waited for is past.
  v_clock_ms := coalesce(p_now_ms, floor(extract(epoch from clock_timestamp()) * 1000)::bigint);
  v_live := feed_live_nodes();

  if p_returns <> '[]' then
    update usage_counter c
       set units = (select coalesce(array_agg(greatest(0, held.units - coalesce(back.units, 0)) order by held.position), '{}')
                      from unnest(c.buckets, c.units) with ordinality as held (bucket, units, position)
                      left join (select (r ->> 'bucket')::bigint as bucket, sum((r ->> 'units')::bigint) as units
                                   from jsonb_array_elements(p_returns) r
                                  where r ->> 'id' = c.id and (r ->> 'width_ms')::bigint = c.width_ms
                                  group by 1) back using (bucket))
     where c.id = any (v_returned);
  end if;

  for v_request in select value from jsonb_array_elements(p_requests) loop
    v_cost := (v_request ->> 'cost')::bigint;
    v_alone_in_request := jsonb_array_length(v_request -> 'limits') = 1;
    v_granted := true;
    v_limits := '[]';
    for v_limit in select value from jsonb_array_elements(v_request -> 'limits') loop
      v_most := (v_limit ->> 'limit')::bigint;
      v_window_ms := (v_limit ->> 'window_ms')::bigint;
      v_width_ms := (v_limit ->> 'width_ms')::bigint;
      v_at := usage_situation_of(v_limit ->> 'id', v_clock_ms, v_window_ms, v_width_ms);
      v_always := (v_limit ->> 'alone')::boolean or v_most < 4 * v_live;
      v_central := v_always or (v_most <= 64 and 2 * v_at.used > v_most);
      v_excess := v_at.used + v_cost - v_most;
      exit when v_excess <= 0 and v_alone_in_request;
      v_reset_ms := coalesce((v_at.buckets[1] + 1) * v_width_ms + v_window_ms - v_at.now_ms, 0);
      v_retry_ms := 0;
      if v_excess > 0 then
        v_granted := false;
        v_reset_ms := v_window_ms;
        v_freed := 0;
        v_returnable := 0;
        for v_place in reverse cardinality(v_at.buckets)..1 loop
          -- Leases that have not ended, or only just, may be given back at any time.
          exit when (v_at.buckets[v_place] + 1) * v_width_ms <= v_at.now_ms - 250;
          v_returnable := v_returnable + v_at.units[v_place];
        end loop;
        for v_place in 1..cardinality(v_at.buckets) loop
          v_freed := v_freed + v_at.units[v_place];
          if v_freed >= v_excess then
            v_reset_ms := (v_at.buckets[v_place] + 1) * v_width_ms + v_window_ms - v_at.now_ms;
            exit;
          end if;
        end loop;
        v_retry_ms := v_reset_ms;
        if not v_always and v_returnable >= v_excess then
          v_retry_ms := least(v_reset_ms, greatest(20, least(500, v_window_ms / 50)));
        end if;
      end if;
      v_limits := v_limits || jsonb_build_object('units', 0, 'ttl_ms', 0, 'bucket', 0, 'central', v_central,
        'remaining', greatest(0, v_most - v_at.used), 'reset_ms', v_reset_ms, 'retry_ms', v_retry_ms);
    end loop;

    if v_granted then
      v_limits := '[]';
      for v_limit in select value from jsonb_array_elements(v_request -> 'limits') loop
        if not v_alone_in_request then
          v_most := (v_limit ->> 'limit')::bigint;
          v_window_ms := (v_limit ->> 'window_ms')::bigint;
          v_width_ms := (v_limit ->> 'width_ms')::bigint;
          v_at := usage_situation_of(v_limit ->> 'id', v_clock_ms, v_window_ms, v_width_ms);
          v_central := (v_limit ->> 'alone')::boolean or v_most < 4 * v_live or (v_most <= 64 and 2 * v_at.used > v_most);
        end if;
        v_units := v_cost;
        v_ttl_ms := 20;
        if not v_central then
          v_units := v_most - v_at.used;
          if v_live > 1 then v_units := v_units / (2 * v_live); end if;
          v_units := greatest(v_cost, least((v_limit ->> 'want')::bigint, v_units));
          v_ttl_ms := least(15000, greatest(20, v_window_ms / 40, v_window_ms * (v_most - v_at.used - v_units) / (4 * v_most)));
        end if;
        v_ttl_ms := greatest(v_ttl_ms, (v_request ->> 'least_ms')::bigint);
        v_bucket := (v_at.now_ms + v_ttl_ms) / v_width_ms;
        v_ttl_ms := least(2 * v_ttl_ms, (v_bucket + 1) * v_width_ms - 1 - v_at.now_ms);
        v_place := 1;
        while v_place <= cardinality(v_at.buckets) and v_at.buckets[v_place] < v_bucket loop v_place := v_place + 1; end loop;
        if v_at.buckets[v_place] = v_bucket then
          v_at.units[v_place] := v_at.units[v_place] + v_units;
        else
          v_at.buckets := v_at.buckets[:v_place - 1] || v_bucket || v_at.buckets[v_place:];
          v_at.units := v_at.units[:v_place - 1] || v_units || v_at.units[v_place:];
        end if;
        update usage_counter
           set window_ms = v_window_ms, width_ms = v_width_ms, last_ms = v_at.now_ms, buckets = v_at.buckets, units = v_at.units
         where id = v_limit ->> 'id';
        v_limits := v_limits || jsonb_build_object('units', v_units, 'ttl_ms', v_ttl_ms, 'bucket', v_bucket, 'central', v_central,
          'remaining', v_most - v_at.used - v_units,
          'reset_ms', (v_at.buckets[1] + 1) * v_width_ms + v_window_ms - v_at.now_ms, 'retry_ms', 0);
      end loop;
    end if;
    v_answers := v_answers || jsonb_build_object('granted', v_granted, 'limits', v_limits);
  end loop;
  return v_answers;
end $$;

-- Hourly sums of what was used. `target_id` is a route or model, or empty (keys/verify).
create table usage_hour (
  workspace_id        text not null,
  hour                timestamptz(0) not null,
  app_id              text not null,
  key_id              text not null,
  target_id           text not null,
  requests            bigint not null,
  refused             bigint not null,
  failed              bigint not null,
  input_tokens        bigint not null,
  output_tokens       bigint not null,
  cached_tokens       bigint not null,
  unmetered           bigint not null,
  bytes_in            bigint not null,
  bytes_out           bigint not null,
  duration_ms         double precision not null,
  primary key (workspace_id, hour, app_id, key_id, target_id)
) with (fillfactor = 70);
create index usage_hour_by_key on usage_hour (key_id, hour);
