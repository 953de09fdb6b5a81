-- keys: what bounds a grant beside the catalogue.

-- Why a key holds scopes with wildcards.
alter table keys_key add column grant_reason text;

-- The most that anybody may grant for an api, now and to keys that are out; null: nothing but its catalogue bounds it.
alter table keys_api add column maximum jsonb;
