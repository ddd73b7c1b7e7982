-- What measures and publishes by MQTT: one account a device.
create table broker_device (
  name text primary key,
  -- SHA-256 of a secret of 32 random bytes, which nobody chose.
  secret_hash blob not null,
  created_at integer not null,
  last_seen_at integer,
  revoked_at integer
) strict, without rowid;
