-- How the user of a session authenticated: the `acr` of its tokens, the methods as `amr` names them, apart by spaces,
-- the user's `credential_version` that they were proved with (0 once they earn no credit toward a higher level), and when
-- the oldest of them was proved. NULL in sessions begun before this was kept.
ALTER TABLE sessions ADD COLUMN acr TEXT;
ALTER TABLE sessions ADD COLUMN methods TEXT;
ALTER TABLE sessions ADD COLUMN credential_version BIGINT;
ALTER TABLE sessions ADD COLUMN proved_at BIGINT;
