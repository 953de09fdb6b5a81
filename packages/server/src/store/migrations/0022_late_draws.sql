-- usage: a draw of credits may arrive late: after its node has closed the block that it is for, or after the node was killed
-- and what it held was settled. It must draw nothing then, since nobody would ever account for it.
create table usage_credit_closed (
  node_id             text collate "C" not null,
  -- of a block that was closed while a draw into it was unanswered; 0: every block, since the node has ended
  number              bigint not null,
  at                  timestamptz(3) not null default clock_timestamp(),
  primary key (node_id, number)
);

-- Until the end of the transaction: draws of one node hold it together, its end holds it alone. So each draw comes wholly
-- before the end, which settles it, or wholly after it. Taken before the row of any account.
create function usage_credit_hold_node(p_node text) returns void language sql as $$
  select pg_advisory_xact_lock_shared(hashtextextended('claviger.usage_credit_node:' || p_node, 0))
$$;

-- What a node that is dead, and whose spool is stored to its end, has left: its blocks are closed, and it draws no more.
-- Answers how many blocks there were.
create function usage_credit_end(p_node text) returns integer language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('claviger.usage_credit_node:' || p_node, 0));
  insert into usage_credit_closed (node_id, number) values (p_node, 0) on conflict do nothing;
  return usage_credit_settle(p_node);
end $$;

-- As before, see 0011; and the whole call is refused when it comes too late for one of its blocks.
-- p_returns: of credits with "doubted" when a draw into the block is unanswered
alter function usage_draw(jsonb, jsonb, bigint) rename to usage_decide_draws;
create function usage_draw(p_requests jsonb, p_returns jsonb, p_now_ms bigint default null) returns jsonb language plpgsql as $$
declare
  v_nodes text[];
  v_blocks bigint[];
  v_answer jsonb;
begin
  select array_agg(l ->> 'node'), array_agg((l ->> 'block')::bigint) into v_nodes, v_blocks
    from jsonb_array_elements(p_requests) r, jsonb_array_elements(r -> 'limits') l
   where l ->> 'kind' = 'credits';
  if v_nodes is not null then
    perform usage_credit_hold_node(drawing.node) from (select distinct node from unnest(v_nodes) node order by node) drawing;
  end if;
  v_answer := usage_decide_draws(p_requests, p_returns, p_now_ms);
  -- The rows of the accounts are held from here on, so closing a block and drawing into it never pass each other.
  if p_returns <> '[]' then
    insert into usage_credit_closed (node_id, number)
    select r ->> 'node', (r ->> 'block')::bigint from jsonb_array_elements(p_returns) r
     where r ->> 'kind' = 'credits' and (r ->> 'doubted')::boolean
        on conflict do nothing;
  end if;
  if v_nodes is not null and exists (select from unnest(v_nodes, v_blocks) as drawn (node, block)
                                       join usage_credit_closed c on c.node_id = drawn.node and c.number in (0, drawn.block)) then
    raise exception 'a draw of credits came after its block was closed, or after its node had ended' using errcode = '55000';
  end if;
  return v_answer;
end $$;
