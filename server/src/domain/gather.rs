//! Many who ask for one thing each, answered by one read: while one read runs, the next gathers.
//! No timer: who asks alone does not wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::store::StoreError;

/// Asked for in one read: some milliseconds of work, so that nobody waits long for the others.
const MAX_BATCH: usize = 256;

/// A read that failed, told to each who waited for it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("a read for many failed: {0}")]
struct Failed(Arc<str>);

type Answer<V> = oneshot::Sender<Result<V, StoreError>>;

/// Who waits, for what.
#[derive(Debug)]
pub(super) struct Gather<K, V>(Mutex<Waiting<K, V>>);

#[derive(Debug)]
struct Waiting<K, V> {
    asked: Vec<(K, Answer<V>)>,
    is_reading: bool,
}

impl<K, V> Default for Gather<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Waiting {
            asked: Vec::new(),
            is_reading: false,
        }))
    }
}

impl<K: Send + 'static, V: Send + 'static> Gather<K, V> {
    /// Asks for one. `read` answers many, in the order asked; every caller passes the same one.
    /// What is answered was read after this was called.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the read failed, with its words.
    pub async fn get<F, R>(self: &Arc<Self>, key: K, read: F) -> Result<V, StoreError>
    where
        F: Fn(Vec<K>) -> R + Send + 'static,
        R: Future<Output = Result<Vec<V>, StoreError>> + Send,
    {
        let (answer, answered) = oneshot::channel();
        let is_first = {
            let mut waiting = self.waiting();
            waiting.asked.push((key, answer));
            !std::mem::replace(&mut waiting.is_reading, true)
        };
        if is_first {
            let mut reader = Reader {
                gather: Arc::clone(self),
                is_done: false,
            };
            // A task of its own: whoever came first may give up, and the others still wait.
            tokio::spawn(async move {
                while let Some(asked) = reader.next() {
                    let (keys, answers): (Vec<K>, Vec<Answer<V>>) = asked.into_iter().unzip();
                    tell(read(keys).await, answers);
                }
            });
        }
        answered.await.unwrap_or_else(|_| {
            let stopped = Failed("it was given up".into());
            Err(StoreError::Unavailable(Box::new(stopped)))
        })
    }

    // Whole after every statement that changes it.
    fn waiting(&self) -> MutexGuard<'_, Waiting<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tell<V>(found: Result<Vec<V>, StoreError>, answers: Vec<Answer<V>>) {
    match found {
        Ok(found) => {
            for (found, answer) in found.into_iter().zip(answers) {
                // Nobody may wait any more.
                let _ = answer.send(Ok(found));
            }
        }
        Err(error) => {
            let failed = Failed(crate::error::chain(&error).into());
            for answer in answers {
                let _ = answer.send(Err(StoreError::Unavailable(Box::new(failed.clone()))));
            }
        }
    }
}

/// Whoever reads. If that ends early (a panic, a worker that stops), those who wait are let go and
/// the next one reads.
struct Reader<K: Send + 'static, V: Send + 'static> {
    gather: Arc<Gather<K, V>>,
    is_done: bool,
}

impl<K: Send + 'static, V: Send + 'static> Reader<K, V> {
    /// What waits; None where nothing does, and then the next who asks begins anew.
    fn next(&mut self) -> Option<Vec<(K, Answer<V>)>> {
        let mut waiting = self.gather.waiting();
        let len = waiting.asked.len().min(MAX_BATCH);
        if len == 0 {
            // Under the same lock: whoever asks next is the first again.
            waiting.is_reading = false;
            self.is_done = true;
            return None;
        }
        Some(waiting.asked.drain(..len).collect())
    }
}

impl<K: Send + 'static, V: Send + 'static> Drop for Reader<K, V> {
    fn drop(&mut self) {
        if !self.is_done {
            let mut waiting = self.gather.waiting();
            waiting.asked.clear();
            waiting.is_reading = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use futures_util::future::join_all;

    use super::*;

    type Doubled = Arc<Gather<usize, usize>>;

    #[tokio::test]
    async fn who_asks_meanwhile_is_answered_by_the_next_read() {
        let (gather, reads) = (Doubled::default(), Arc::new(AtomicUsize::new(0)));
        let asking = (0..1_000).map(|n| {
            let reads = Arc::clone(&reads);
            gather.get(n, move |keys| {
                reads.fetch_add(1, Ordering::Relaxed);
                async move {
                    assert!(keys.len() <= MAX_BATCH);
                    tokio::task::yield_now().await;
                    Ok(keys.into_iter().map(|n| n * 2).collect())
                }
            })
        });
        for (n, answer) in join_all(asking).await.into_iter().enumerate() {
            assert_eq!(answer.unwrap(), n * 2);
        }
        assert_eq!(reads.load(Ordering::Relaxed), 1_000_usize.div_ceil(256));
        let alone = gather.get(7, |keys| async { Ok(keys) }).await;
        assert_eq!(alone.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_read_that_fails_or_ends_early_lets_everybody_go_and_the_next_one_reads() {
        let gather = Doubled::default();
        let away = || StoreError::Unavailable(Box::new(io::Error::other("the disk is gone")));
        let failing = (0..3).map(|n| gather.get(n, move |_| async move { Err(away()) }));
        for answer in join_all(failing).await {
            let error = answer.unwrap_err();
            assert!(matches!(error, StoreError::Unavailable(_)));
            assert!(crate::error::chain(&error).contains("the disk is gone"));
        }
        let ending = (0..3).map(|n| gather.get(n, |_| async { panic!("on purpose") }));
        for answer in join_all(ending).await {
            assert!(matches!(answer, Err(StoreError::Unavailable(_))));
        }
        let alone = gather.get(7, |keys| async { Ok(keys) }).await;
        assert_eq!(alone.unwrap(), 7);
    }
}
