-- vault: credentials that end by themselves, such as client certificates. Null: nothing in the credential says so.
alter table vault_provider_key_version add column expires_at timestamptz(3);
