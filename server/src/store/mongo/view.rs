//! Reading: one snapshot, in whatever way the server can give one.

use futures_util::TryStreamExt;
use mongodb::{
    ClientSession, Database,
    bson::{Bson, Document, doc},
};
use serde::{Deserialize, de::DeserializeOwned};
use tokio::sync::OwnedRwLockReadGuard;

use super::failure::Failure;

/// Which documents of a collection, in which order.
#[derive(Debug, Clone, Default)]
pub struct Find {
    /// Which.
    pub filter: Document,
    /// In which order; none in particular where empty.
    pub sort: Document,
    /// At most so many; all where None.
    pub limit: Option<u32>,
}

impl Find {
    /// All that match.
    pub fn by(filter: Document) -> Self {
        Self {
            filter,
            ..Self::default()
        }
    }

    /// In this order.
    pub fn sorted(self, sort: Document) -> Self {
        Self { sort, ..self }
    }

    /// At most so many.
    pub fn at_most(self, limit: u32) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }
}

/// What one piece of work reads.
pub struct View<'a> {
    db: &'a Database,
    /// On a replica set.
    pub session: Option<ClientSession>,
    /// On a standalone server, where nothing else is written as long as this is held.
    _still: Option<OwnedRwLockReadGuard<()>>,
}

impl<'a> View<'a> {
    /// Each read sees the newest there is.
    pub fn plain(db: &'a Database) -> Self {
        Self {
            db,
            session: None,
            _still: None,
        }
    }

    /// All reads see one moment: in a transaction, or in a session made for that.
    pub fn in_session(db: &'a Database, session: ClientSession) -> Self {
        Self {
            db,
            session: Some(session),
            _still: None,
        }
    }

    /// All reads see the same, because nothing is written meanwhile.
    pub fn while_still(db: &'a Database, still: OwnedRwLockReadGuard<()>) -> Self {
        Self {
            db,
            session: None,
            _still: Some(still),
        }
    }

    /// The documents that match.
    pub async fn all<T>(&mut self, collection: &str, find: Find) -> Result<Vec<T>, Failure>
    where
        T: DeserializeOwned + Send + Sync + Unpin,
    {
        // To MongoDB 0 means all.
        if find.limit == Some(0) {
            return Ok(Vec::new());
        }
        let collection = self.db.collection::<T>(collection);
        let query = collection
            .find(find.filter)
            .sort(find.sort)
            .limit(find.limit.map_or(0, i64::from));
        let found = match &mut self.session {
            Some(session) => {
                let mut cursor = query.session(&mut *session).await?;
                cursor.stream(session).try_collect().await?
            }
            None => query.await?.try_collect().await?,
        };
        Ok(found)
    }

    /// The one document that matches.
    pub async fn one<T>(&mut self, collection: &str, filter: Document) -> Result<Option<T>, Failure>
    where
        T: DeserializeOwned + Send + Sync + Unpin,
    {
        let collection = self.db.collection::<T>(collection);
        let query = collection.find_one(filter);
        Ok(match &mut self.session {
            Some(session) => query.session(session).await?,
            None => query.await?,
        })
    }

    /// Whether any matches.
    pub async fn has(&mut self, collection: &str, filter: Document) -> Result<bool, Failure> {
        Ok(self.count(collection, filter, 1).await? > 0)
    }

    /// How many match, counted up to `limit`.
    pub async fn count(
        &mut self,
        collection: &str,
        filter: Document,
        limit: u32,
    ) -> Result<u32, Failure> {
        #[derive(Deserialize)]
        struct Counted {
            count: i64,
        }
        let stages = [
            doc! { "$match": filter },
            doc! { "$limit": i64::from(limit) },
            doc! { "$group": { "_id": Bson::Null, "count": { "$sum": 1_i64 } } },
        ];
        let collection = self.db.collection::<Document>(collection);
        let query = collection.aggregate(stages).with_type::<Counted>();
        let counted: Vec<Counted> = match &mut self.session {
            Some(session) => {
                let mut cursor = query.session(&mut *session).await?;
                cursor.stream(session).try_collect().await?
            }
            None => query.await?.try_collect().await?,
        };
        let count = counted.first().map_or(0, |counted| counted.count);
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// A command of its own.
    pub async fn command(&mut self, command: Document) -> Result<Document, Failure> {
        let query = self.db.run_command(command);
        Ok(match &mut self.session {
            Some(session) => query.session(session).await?,
            None => query.await?,
        })
    }
}
