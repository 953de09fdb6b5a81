-- usage: bursts whose numbers multiply beyond 64 bits, nodes that were buried and live, and spends above what was drawn.

-- As before, see 0011; the span of a burst, in ms, times its units is beyond 64 bits for some that can be declared.
create or replace function usage_lease_ms(p_limit bigint, p_window_ms bigint, p_free bigint) returns bigint language sql immutable as $$
  select least(15000, greatest(20, p_window_ms / 40, div(p_window_ms::numeric * p_free, 4 * p_limit)))::bigint
$$;

create or replace function usage_see_burst(p_draw jsonb, p_cost bigint, p_clock_ms bigint, p_live integer) returns usage_sight language plpgsql as $$
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
      -- The limit was edited: the longer of what the debt takes to pay back, and what its units owe now. More than twice the
      -- largest burst that can be declared says nothing more.
      v_debt := least(9007199254740991, greatest(ceil(v_debt * v_limit / (v_state ->> 'limit')::bigint), ceil(v_debt * v_window_ms / (v_state ->> 'window')::bigint)));
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

-- As before, see 0011 and 0022; and a node that has ended hears it: its requests for credits are refused, as a value, so that
-- the other requests of the call are decided. The answer says "ended" then.
create or replace function usage_draw(p_requests jsonb, p_returns jsonb, p_now_ms bigint default null) returns jsonb language plpgsql as $$
declare
  v_requests jsonb := p_requests;
  v_nodes text[];
  v_blocks bigint[];
  v_ended text[];
  v_answer jsonb;
begin
  select array_agg(l ->> 'node'), array_agg((l ->> 'block')::bigint) into v_nodes, v_blocks
    from jsonb_array_elements(p_requests) r, jsonb_array_elements(r -> 'limits') l
   where l ->> 'kind' = 'credits';
  if v_nodes is not null then
    perform usage_credit_hold_node(drawing.node) from (select distinct node from unnest(v_nodes) node order by node) drawing;
    select array_agg(c.node_id) into v_ended from usage_credit_closed c where c.node_id = any (v_nodes) and c.number = 0;
  end if;
  if v_ended is not null then
    -- The empty name is that of no balance: nothing can be drawn from it, so the request as a whole gets nothing.
    select jsonb_agg(jsonb_set(r, '{limits}', limits.said) order by r_place) into v_requests
      from jsonb_array_elements(p_requests) with ordinality as asked (r, r_place)
     cross join lateral (
       select coalesce(jsonb_agg(case when l ->> 'kind' = 'credits' and l ->> 'node' = any (v_ended)
                                      then l || jsonb_build_object('id', '') else l end order by l_place), '[]') as said
         from jsonb_array_elements(r -> 'limits') with ordinality as listed (l, l_place)) limits;
  end if;
  v_answer := usage_decide_draws(v_requests, p_returns, p_now_ms);
  -- The rows of the accounts are held from here on, so closing a block and drawing into it never pass each other.
  if p_returns <> '[]' then
    insert into usage_credit_closed (node_id, number)
    select r ->> 'node', (r ->> 'block')::bigint from jsonb_array_elements(p_returns) r
     where r ->> 'kind' = 'credits' and (r ->> 'doubted')::boolean
        on conflict do nothing;
  end if;
  if v_nodes is not null and exists (select from unnest(v_nodes, v_blocks) as drawn (node, block)
                                       join usage_credit_closed c on c.node_id = drawn.node and c.number = drawn.block
                                      where (drawn.node = any (v_ended)) is not true) then
    raise exception 'a draw of credits came after its block was closed' using errcode = '55000';
  end if;
  if v_ended is not null then return v_answer || jsonb_build_object('ended', true); end if;
  return v_answer;
end $$;

-- A node says that it has spent more of a block than it had drawn into it. Whoever got the answers keeps them; what was drawn is
-- all that can be booked. Null when it is not so.
create function usage_credit_over(p_account text, p_node text, p_number bigint, p_spent bigint, p_drawn bigint) returns jsonb language plpgsql as $$
begin
  if p_spent <= p_drawn then return null; end if;
  raise warning '% has spent % of its block % of %, and % can be booked', p_node, p_spent, p_number, p_account, p_drawn;
  return jsonb_build_object('account', p_account, 'node', p_node, 'block', p_number, 'spent', p_spent, 'booked', p_drawn);
end $$;

-- As before, see 0011, and answers what was spent beyond what was drawn. `p_again`: this was said before, and perhaps heard.
drop function usage_credit_close(text, text, bigint, bigint);
create function usage_credit_close(p_account text, p_node text, p_number bigint, p_spent bigint, p_again boolean default false)
returns jsonb language plpgsql as $$
declare
  v_units bigint;
  v_spent bigint;
  v_open bigint;
  v_grant usage_credit_grant;
  v_over jsonb;
begin
  delete from usage_credit_block where node_id = p_node and number = p_number and account_id = p_account returning units into v_units;
  if not found then
    if p_again or p_spent = 0 then return null; end if;
    -- It may have been settled meanwhile, then that much was booked; this is seldom asked, and never looks back far.
    select coalesce(-sum(recent.units), 0) into v_units
      from (select e.units, e.kind, e.reference from usage_credit_entry e
             where e.account_id = p_account order by e.number desc limit 1000) recent
     where recent.kind = 'spend' and starts_with(recent.reference, p_node || ':' || p_number || ':');
    return usage_credit_over(p_account, p_node, p_number, p_spent, v_units);
  end if;
  v_over := usage_credit_over(p_account, p_node, p_number, p_spent, v_units);
  v_spent := least(p_spent, v_units);
  update usage_credit set leased = leased - v_units where account_id = p_account;
  if v_spent = 0 then return v_over; end if;
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
  return v_over;
end $$;

-- As before, see 0011, and answers such spends as a list.
drop function usage_take_back(jsonb, bigint);
create function usage_take_back(p_returns jsonb, p_clock_ms bigint) returns jsonb language plpgsql as $$
declare
  v_said jsonb;
  v_row usage_counter;
  v_place integer;
  v_taken bigint;
  v_own jsonb;
  v_over jsonb;
  v_overs jsonb := '[]';
begin
  for v_said in select value from jsonb_array_elements(p_returns) loop
    if v_said ->> 'kind' = 'credits' then
      v_over := usage_credit_close(v_said ->> 'id', v_said ->> 'node', (v_said ->> 'block')::bigint, (v_said ->> 'spent')::bigint,
        coalesce((v_said ->> 'again')::boolean, false));
      if v_over is not null then v_overs := v_overs || v_over; end if;
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
  return v_overs;
end $$;

-- As before, see 0011, and answers such spends as "overspends" if there are any.
create or replace function usage_decide_draws(p_requests jsonb, p_returns jsonb, p_now_ms bigint default null) returns jsonb language plpgsql as $$
declare
  v_ids text[]; v_accounts text[]; v_returned text[] := '{}'; v_locked text[];
  v_clock_ms bigint; v_live integer;
  v_request jsonb; v_draw jsonb; v_place integer;
  v_answers jsonb := '[]'; v_limits jsonb;
  v_cost bigint; v_least_ms bigint; v_count integer; v_delay_ms bigint; v_granted boolean;
  v_sight usage_sight; v_sights usage_sight[];
  v_overs jsonb := '[]';
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
  if p_returns <> '[]' then v_overs := usage_take_back(p_returns, v_clock_ms); end if;
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
  return jsonb_build_object('nodes', v_live, 'grants', v_answers)
    || case when v_overs = '[]' then '{}' else jsonb_build_object('overspends', v_overs) end;
end $$;
