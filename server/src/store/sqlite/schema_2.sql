-- Version 2: names that look alike, and invitations to register.

-- What a username looks like (Username::look): equal keys are hard to tell apart. Not unique:
-- accounts that were made before may look alike.
ALTER TABLE users ADD COLUMN look TEXT NOT NULL DEFAULT '';
UPDATE users SET look = replace(replace(replace(username, '0', 'o'), '1', 'l'), 'm', 'rn');
CREATE INDEX users_by_look ON users (look);

CREATE TABLE invitations (
    id         BLOB PRIMARY KEY,
    digest     BLOB NOT NULL UNIQUE, -- of its code
    uses_left  INTEGER NOT NULL CHECK (uses_left > 0),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
