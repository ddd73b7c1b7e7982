-- Whoever asks with a backup in his hands, and not a locked node: of when the backup is.
alter table unlock_request add column backup_at timestamptz;
