-- A session lives as long as the account is what it was when the session began: any change of the
-- account (password, role, person, active) makes its version another one, and so ends its sessions.
ALTER TABLE token ADD COLUMN account_version BIGINT NOT NULL DEFAULT 0;
UPDATE token SET account_version = (SELECT version FROM account WHERE account.id = token.account_id);
CREATE INDEX token_by_expiry ON token (expires_at);

-- Whether anyone ever logged in with the account: from then on it belongs to its person for good. Of
-- accounts that are there already nobody knows, so they count as used.
ALTER TABLE account ADD COLUMN used BOOLEAN NOT NULL DEFAULT TRUE;

-- An attempt to log in is written down before the password is looked at, and taken back if it fits.
-- `source` is the address of the client; `device` the digest of a known device, whose failures count
-- for that device alone.
ALTER TABLE failed_login ADD COLUMN source TEXT;
ALTER TABLE failed_login ADD COLUMN device TEXT;
CREATE INDEX failed_login_by_source ON failed_login (source, at);
CREATE INDEX failed_login_by_age ON failed_login (at);

-- Devices and places (addresses) from which the account's owner has logged in. Strangers who guess
-- the password cannot lock the owner out there. Kept only as SHA-256.
CREATE TABLE known_device (
    account_id UUID NOT NULL REFERENCES account (id),
    digest TEXT NOT NULL,
    is_place BOOLEAN NOT NULL,
    used_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, digest)
);
CREATE INDEX known_device_by_age ON known_device (used_at);

-- For whom a key was answered: an account that comes to belong to a person gets none of the answers
-- that it got before.
ALTER TABLE idempotency ADD COLUMN staff_id UUID;
UPDATE idempotency SET staff_id = (SELECT staff_id FROM account WHERE account.id = idempotency.account_id);
CREATE INDEX idempotency_by_age ON idempotency (created_at);
