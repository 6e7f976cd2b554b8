-- Whether a pool keeps records of its sessions, and how many of a user live at once.
ALTER TABLE pools ADD COLUMN session_tracking BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pools ADD COLUMN sessions_per_user BIGINT NOT NULL DEFAULT 20;

-- How long a client reuses a single sign-on session without asking again, in minutes.
ALTER TABLE clients ADD COLUMN sso_validity BIGINT NOT NULL DEFAULT 60;

-- The record of a session that began while its pool tracked sessions; NULL in all others. `public_id` is the id
-- that lists show, since `session_id` stands in tokens.
ALTER TABLE sessions ADD COLUMN public_id TEXT;
ALTER TABLE sessions ADD COLUMN last_active_at BIGINT;
ALTER TABLE sessions ADD COLUMN last_ip_address TEXT;
ALTER TABLE sessions ADD COLUMN device_type TEXT;
CREATE UNIQUE INDEX sessions_by_public_id ON sessions (pool_id, user_id, public_id) WHERE public_id IS NOT NULL;
