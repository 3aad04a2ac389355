//! The browser's database: texts by key, for all tabs of this browser, written whole or not at
//! all. Where it is refused (a private window, a full disk) nothing is kept, and the page works on
//! without.

use std::{cell::Cell, rc::Rc};

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    EventTarget, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbTransaction,
    IdbTransactionMode,
};

use super::{Listener, sleep};

const NAME: &str = "parlor";
const STORE: &str = "texts";
/// A database that does not answer for so long is done without: some browsers' hang.
const PATIENCE_MS: u64 = 2_000;
/// Above every key with the same beginning.
const LAST_CHAR: char = '\u{ffff}';

/// Something to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// This text under that key.
    Put { key: String, text: String },
    /// Nothing from this key on, up to below that one.
    Forget { from: String, below: String },
}

impl Change {
    /// The text under the key, or nothing.
    pub fn of(key: String, text: Option<String>) -> Self {
        match text {
            Some(text) => Self::Put { key, text },
            None => Self::Forget {
                below: format!("{key}\0"),
                from: key,
            },
        }
    }

    /// Nothing under all keys that begin so.
    pub fn forget_all(prefix: &str) -> Self {
        Self::Forget {
            from: prefix.to_owned(),
            below: Self::above(prefix),
        }
    }

    /// Above every key that begins so.
    pub fn above(prefix: &str) -> String {
        format!("{prefix}{LAST_CHAR}")
    }
}

/// An open database, or what stands in for a refused one.
#[derive(Clone)]
pub struct Database {
    open: Option<IdbDatabase>,
    is_keeping: Rc<Cell<bool>>,
}

impl Database {
    /// Opens it, and makes it where it is not there.
    pub async fn open() -> Self {
        let open = open().await;
        Self {
            is_keeping: Rc::new(Cell::new(open.is_some())),
            open,
        }
    }

    /// Whether what is written outlives the page, as far as the last write could tell.
    pub fn is_keeping(&self) -> bool {
        self.is_keeping.get()
    }

    /// Writes all of it, or nothing. [`Database::is_keeping`] then says which.
    pub async fn write(&self, changes: &[Change]) {
        let is_kept = self.try_write(changes).await;
        self.is_keeping.set(is_kept);
    }

    /// True once it outlives this browser's process.
    async fn try_write(&self, changes: &[Change]) -> bool {
        let Some((transaction, ())) = self.start(IdbTransactionMode::Readwrite, |store| {
            for change in changes {
                match change {
                    Change::Put { key, text } => {
                        store.put_with_key(&text.into(), &key.into())?;
                    }
                    Change::Forget { from, below } => {
                        store.delete(&range(from, below)?)?;
                    }
                }
            }
            Ok(())
        }) else {
            return false;
        };
        commit(&transaction);
        comes_true(&transaction, "complete").await
    }

    /// The texts whose keys begin so, without that beginning, by key.
    pub async fn read(&self, prefix: &str) -> Vec<(String, String)> {
        let Some((transaction, (keys, texts))) =
            self.start(IdbTransactionMode::Readonly, |store| {
                let range = range(prefix, &Change::above(prefix))?;
                Ok((
                    store.get_all_keys_with_key(&range)?,
                    store.get_all_with_key(&range)?,
                ))
            })
        else {
            return Vec::new();
        };
        if !comes_true(&transaction, "complete").await {
            return Vec::new();
        }
        let (Ok(keys), Ok(texts)) = (keys.result(), texts.result()) else {
            return Vec::new();
        };
        let (keys, texts) = (Array::from(&keys), Array::from(&texts));
        keys.iter()
            .zip(texts.iter())
            .filter_map(|(key, text)| {
                let key = key.as_string()?.strip_prefix(prefix)?.to_owned();
                Some((key, text.as_string()?))
            })
            .collect()
    }

    /// Begins a transaction and asks it for what `ask` asks.
    fn start<T>(
        &self,
        mode: IdbTransactionMode,
        ask: impl FnOnce(&IdbObjectStore) -> Result<T, JsValue>,
    ) -> Option<(IdbTransaction, T)> {
        let transaction = self
            .open
            .as_ref()?
            .transaction_with_str_and_mode(STORE, mode);
        let transaction = transaction.ok()?;
        let asked = ask(&transaction.object_store(STORE).ok()?).ok()?;
        Some((transaction, asked))
    }
}

/// Ends a transaction now: on its own it would take another turn of a page that may be closing.
#[expect(
    deprecated,
    reason = "web-sys reads a browser's note about its past; the method is a standard"
)]
fn commit(transaction: &IdbTransaction) {
    // Refused only where it has failed already.
    let _ = transaction.commit();
}

async fn open() -> Option<IdbDatabase> {
    let factory = web_sys::window()?.indexed_db().ok()??;
    let request = factory.open_with_u32(NAME, 1).ok()?;
    let _new = Listener::new(&request, "upgradeneeded", {
        let request = request.clone();
        move |_| {
            if let Some(database) = opened(&request) {
                // Refused only where there is one.
                let _ = database.create_object_store(STORE);
            }
        }
    });
    comes_true(&request, "success").await.then_some(())?;
    opened(&request)
}

fn opened(request: &IdbOpenDbRequest) -> Option<IdbDatabase> {
    Some(request.result().ok()?.unchecked_into())
}

fn range(from: &str, below: &str) -> Result<JsValue, JsValue> {
    IdbKeyRange::bound_with_lower_open_and_upper_open(&from.into(), &below.into(), false, true)
        .map(Into::into)
}

/// Whether `event` comes, and neither an error nor too long a silence.
async fn comes_true(target: &EventTarget, event: &'static str) -> bool {
    let (sender, heard) = oneshot::channel();
    let sender = Rc::new(Cell::new(Some(sender)));
    let _listeners = [event, "error", "abort"].map(|each| {
        let sender = Rc::clone(&sender);
        Listener::new(target, each, move |_| {
            if let Some(sender) = sender.take() {
                let _ = sender.send(each == event);
            }
        })
    });
    match select(heard, Box::pin(sleep(PATIENCE_MS))).await {
        Either::Left((heard, _)) => heard.unwrap_or(false),
        Either::Right(_) => false,
    }
}
