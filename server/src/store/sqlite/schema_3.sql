-- Version 3: the journal of posts beside the file.

-- Whose posts are to be made again at the next start: the last start's. No row: nobody's.
CREATE TABLE journal (
    id BLOB NOT NULL
) STRICT;
