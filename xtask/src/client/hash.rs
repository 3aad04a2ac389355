//! Content hashes for file names and for the stamp: to tell files apart, not to guard them.

/// FNV-1a, 64 bits: the same on every machine and for every compiler, unlike std's hasher.
///
/// Source: the Internet-Draft draft-eastlake-fnv, whose test vectors the tests use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hash(u64);

impl Hash {
    pub const EMPTY: Self = Self(0xcbf2_9ce4_8422_2325);

    pub fn of(bytes: &[u8]) -> Self {
        Self::EMPTY.and(bytes)
    }

    /// Goes on with more bytes.
    pub fn and(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(self.0, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    /// Goes on with one file; lengths keep neighbors apart.
    pub fn and_file(self, name: &str, bytes: &[u8]) -> Self {
        self.and(&name.len().to_le_bytes())
            .and(name.as_bytes())
            .and(&bytes.len().to_le_bytes())
            .and(bytes)
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The name to serve `bytes` under: `app.css` becomes `app-HASH.css`, so it can be cached for ever.
pub fn hashed_name(name: &str, bytes: &[u8]) -> String {
    let hash = Hash::of(bytes);
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{hash}.{extension}"),
        None => format!("{name}-{hash}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vectors_hold() {
        for (text, expected) in [
            ("", "cbf29ce484222325"),
            ("a", "af63dc4c8601ec8c"),
            ("foobar", "85944171f73967e8"),
        ] {
            assert_eq!(Hash::of(text.as_bytes()).to_string(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_name_changes_with_its_content_and_keeps_its_type() {
        let name = hashed_name("app.css", b"a");
        assert_eq!(name, "app-af63dc4c8601ec8c.css");
        assert_ne!(name, hashed_name("app.css", b"b"));
        assert_eq!(hashed_name("LICENSE", b"a"), "LICENSE-af63dc4c8601ec8c");
    }

    #[test]
    fn moving_a_byte_between_files_changes_the_hash() {
        let one = Hash::EMPTY.and_file("a", b"xy").and_file("b", b"z");
        let other = Hash::EMPTY.and_file("a", b"x").and_file("b", b"yz");
        assert_ne!(one, other);
    }
}
