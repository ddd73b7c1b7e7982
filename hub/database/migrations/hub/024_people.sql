-- How people prove who they are at the hub: passkeys (W3C WebAuthn), the invitation that makes the first, and where codes go.
alter table hub_user
  -- SHA-256 of the words that the operator was shown once.
  add column invitation_hash bytea,
  add column invitation_until timestamptz,
  add column contact_way text check (contact_way in ('sms', 'whatsapp', 'email')),
  -- An E.164 number, or a mail address.
  add column contact_address text,
  add constraint contact_is_whole check ((contact_way is null) = (contact_address is null)),
  add constraint invitation_is_whole check ((invitation_hash is null) = (invitation_until is null));

create table passkey (
  -- The credential's id, base64url.
  id text primary key,
  login text not null references hub_user (login) on delete cascade,
  name text not null,
  -- What the passkey remembers of the account: random, the same for all of one account.
  user_handle bytea not null,
  -- COSE (RFC 9052).
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  is_backed_up boolean not null,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index passkey_of_login on passkey (login, created_at);

grant select, insert, update, delete on passkey to haggui_service;
