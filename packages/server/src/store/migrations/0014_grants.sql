-- keys: where, when and how a key may be used, of every kind; ranges of addresses to allow were the first.

alter table keys_key add column restrictions jsonb not null default '[]';
update keys_key
   set restrictions = jsonb_build_array(
         jsonb_build_object('kind', 'ip', 'allow', to_jsonb(cidr_allow), 'mode', 'enforce'))
 where cidr_allow is not null;
-- A process of the version before cannot read keys any more, and so refuses them: it would let calls through that it
-- cannot judge.
alter table keys_key drop column cidr_allow;

-- Why a key holds scopes with wildcards.
alter table keys_key add column grant_reason text;

-- The most that anybody may grant for an api, now and to keys that are out; null: nothing but its catalogue bounds it.
alter table keys_api add column maximum jsonb;
