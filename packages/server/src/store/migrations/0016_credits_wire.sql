-- usage: which entry a refund or an adjustment is about, and balances that stay within what is counted exactly.
alter table usage_credit_entry
  add column about bigint,
  add foreign key (account_id, about) references usage_credit_entry (account_id, number);
create index usage_credit_entry_by_about on usage_credit_entry (account_id, about) where about is not null;

-- As before, and what the entry is about. The caller has looked at that one.
drop function usage_credit_book(text, text, bigint, text, text, timestamptz);
create function usage_credit_book(
  p_account text, p_kind text, p_units bigint, p_reference text, p_note text, p_ends_at timestamptz, p_about bigint default null)
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
     -- JSON has no larger whole numbers; only what is given is refused, never what was spent
     and (p_units < 0 or booked + p_units <= 9007199254740991)
     and (p_kind <> 'refund'
          or refundable + (select coalesce(sum(b.spent), 0) from usage_credit_block b where b.account_id = p_account) >= p_units)
  returning entries, booked into v_number, v_balance;
  if not found then return null; end if;
  insert into usage_credit_entry (account_id, number, kind, units, balance, reference, note, ends_at, about)
  values (p_account, v_number, p_kind, p_units, v_balance, p_reference, p_note, p_ends_at, p_about);
  if p_kind = 'grant' and p_ends_at is not null then
    insert into usage_credit_grant (account_id, number, ends_at, units) values (p_account, v_number, p_ends_at, p_units);
  end if;
  return v_number;
end $$;
