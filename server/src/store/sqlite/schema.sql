-- Version 1. Ids are UUIDs as 16-byte blobs, times milliseconds since the Unix epoch, UTC.
-- A released version is never edited: what changes later is a further file in schema.rs.

CREATE TABLE meta (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    epoch  BLOB NOT NULL,
    lobby  BLOB NOT NULL,
    checks INTEGER NOT NULL DEFAULT 0 -- what a health check writes
) STRICT;

CREATE TABLE users (
    id            BLOB PRIMARY KEY,
    username      TEXT NOT NULL UNIQUE,
    email         TEXT NOT NULL,
    email_key     TEXT UNIQUE, -- by which addresses are compared; NULL once deleted
    password_hash TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    gender        TEXT NOT NULL CHECK (gender IN ('female', 'male', 'other', 'unspecified')),
    status_text   TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('admin', 'member')),
    created_at    INTEGER NOT NULL,
    last_seen_at  INTEGER,
    deleted_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id            BLOB PRIMARY KEY,
    user          BLOB NOT NULL REFERENCES users,
    refresh       BLOB NOT NULL, -- the current value's digest
    last_spent    BLOB,          -- the value that it replaced
    rotated_at    INTEGER,       -- when it did
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    user_agent    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user);

-- Every value a session has had before: a replay is told from a guess.
CREATE TABLE spent_refreshes (
    session BLOB NOT NULL REFERENCES sessions ON DELETE CASCADE,
    digest  BLOB NOT NULL,
    PRIMARY KEY (session, digest)
) STRICT, WITHOUT ROWID;

-- No reference to the session: who takes a ticket asks for the session anyway.
CREATE TABLE tickets (
    digest            BLOB PRIMARY KEY,
    session           BLOB NOT NULL,
    user              BLOB NOT NULL,
    access_expires_at INTEGER NOT NULL,
    expires_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rooms (
    id              BLOB PRIMARY KEY,
    name            TEXT, -- NULL in a private conversation
    title           TEXT,
    topic           TEXT,
    visibility      TEXT CHECK (visibility IN ('public', 'private')),
    direct_low      BLOB REFERENCES users, -- the two of a private conversation, by id
    direct_high     BLOB REFERENCES users,
    member_count    INTEGER NOT NULL DEFAULT 0, -- kept by the triggers below
    head            INTEGER NOT NULL DEFAULT 0, -- the counter of the room's log
    last_message_at INTEGER,
    created_at      INTEGER NOT NULL,
    CHECK ((name IS NULL) = (visibility IS NULL)),
    CHECK ((name IS NULL) = (direct_low IS NOT NULL)),
    CHECK ((name IS NULL) = (direct_high IS NOT NULL)),
    CHECK (direct_low < direct_high)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX rooms_by_public_name ON rooms (name) WHERE visibility = 'public';
CREATE UNIQUE INDEX rooms_by_pair ON rooms (direct_low, direct_high) WHERE direct_low IS NOT NULL;

CREATE TABLE members (
    room      BLOB NOT NULL REFERENCES rooms,
    user      BLOB NOT NULL REFERENCES users,
    username  TEXT NOT NULL, -- never changes; here so that a page of members is one range
    role      TEXT NOT NULL CHECK (role IN ('member', 'admin', 'owner')),
    joined_at INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    read      INTEGER NOT NULL,
    PRIMARY KEY (room, user),
    CHECK (read <= delivered)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user);
CREATE UNIQUE INDEX members_by_name ON members (room, username);
CREATE UNIQUE INDEX members_owner ON members (room) WHERE role = 'owner';

CREATE TRIGGER member_counted AFTER INSERT ON members BEGIN
    UPDATE rooms SET member_count = member_count + 1 WHERE id = NEW.room;
END;
CREATE TRIGGER member_uncounted AFTER DELETE ON members BEGIN
    UPDATE rooms SET member_count = member_count - 1 WHERE id = OLD.room;
END;

CREATE TABLE bans (
    room       BLOB NOT NULL REFERENCES rooms,
    user       BLOB NOT NULL REFERENCES users,
    banned_by  BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (room, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX bans_by_user ON bans (user);

CREATE TABLE messages (
    room       BLOB NOT NULL REFERENCES rooms,
    seq        INTEGER NOT NULL,
    rev        INTEGER NOT NULL,
    id         BLOB NOT NULL,
    author     BLOB NOT NULL REFERENCES users,
    client_id  BLOB NOT NULL,
    body       TEXT, -- NULL once deleted
    reply_to   BLOB,
    created_at INTEGER NOT NULL,
    edited_at  INTEGER,
    deleted_at INTEGER,
    PRIMARY KEY (room, seq),
    CHECK (seq <= rev),
    CHECK ((body IS NULL) = (deleted_at IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX messages_by_rev ON messages (room, rev);
CREATE UNIQUE INDEX messages_by_client_id ON messages (author, client_id);
CREATE UNIQUE INDEX messages_by_id ON messages (id);
