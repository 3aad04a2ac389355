//! The browser's two stores of texts. Where they are refused (a private window, a full disk)
//! nothing is kept, and the page works on without.

use web_sys::Storage;

/// Which store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// For this tab, over reloads.
    Tab,
    /// For all tabs, for ever.
    Browser,
}

/// A store, or what stands in for a refused one.
pub struct Shelf(Option<Storage>);

impl Shelf {
    /// Opens a store.
    pub fn open(store: Store) -> Self {
        Self(web_sys::window().and_then(|window| {
            let storage = match store {
                Store::Tab => window.session_storage(),
                Store::Browser => window.local_storage(),
            };
            storage.ok().flatten()
        }))
    }

    /// The text under that key.
    pub fn get(&self, key: &str) -> Option<String> {
        self.0.as_ref()?.get_item(key).ok().flatten()
    }

    /// Keeps a text.
    pub fn put(&self, key: &str, text: &str) {
        if let Some(storage) = &self.0 {
            let _ = storage.set_item(key, text);
        }
    }

    /// Forgets a text.
    pub fn remove(&self, key: &str) {
        if let Some(storage) = &self.0 {
            let _ = storage.remove_item(key);
        }
    }
}
