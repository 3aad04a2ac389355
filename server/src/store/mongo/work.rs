//! Writing: what one commit reads, then what it writes and tells.
//!
//! A piece of work reads and decides first, and only notes its writes; they are made together at
//! the end, in a transaction or from the journal. So it must not read what it has written.

use mongodb::bson::{Bson, Document, doc, serialize_to_document};
use serde::Serialize;

use super::{
    failure::{DUPLICATE_KEY, Failure, WRITE_CONFLICT},
    view::View,
};
use crate::store::{Change, StoreError};

/// One write. Making it twice is making it once.
#[derive(Debug, Clone)]
enum Write {
    Insert(Document),
    Update { filter: Document, update: Document },
    Delete { filter: Document },
}

/// What one commit does.
pub struct Work<'a> {
    /// What it reads.
    pub view: View<'a>,
    writes: Vec<(&'static str, Write)>,
    changes: Vec<Change>,
}

impl<'a> Work<'a> {
    /// Nothing yet.
    pub fn new(view: View<'a>) -> Self {
        Self {
            view,
            writes: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Adds a document.
    pub fn insert<T: Serialize>(
        &mut self,
        collection: &'static str,
        record: &T,
    ) -> Result<(), Failure> {
        let document = serialize_to_document(record).map_err(Failure::unreadable)?;
        self.writes.push((collection, Write::Insert(document)));
        Ok(())
    }

    /// Sets fields of one document.
    pub fn set(&mut self, collection: &'static str, id: impl Into<Bson>, fields: Document) {
        let write = Write::Update {
            filter: doc! { "_id": id.into() },
            update: doc! { "$set": fields },
        };
        self.writes.push((collection, write));
    }

    /// Replaces one document.
    pub fn replace<T: Serialize>(
        &mut self,
        collection: &'static str,
        id: impl Into<Bson>,
        record: &T,
    ) -> Result<(), Failure> {
        let write = Write::Update {
            filter: doc! { "_id": id.into() },
            update: serialize_to_document(record).map_err(Failure::unreadable)?,
        };
        self.writes.push((collection, write));
        Ok(())
    }

    /// Removes every document that matches.
    pub fn delete(&mut self, collection: &'static str, filter: Document) {
        self.writes.push((collection, Write::Delete { filter }));
    }

    /// Tells the feed, once this is committed.
    pub fn announce(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// What is to be done: the view, the commands in order, the changes.
    pub fn into_parts(self) -> (View<'a>, Vec<Document>, Vec<Change>) {
        (self.view, commands(self.writes), self.changes)
    }
}

/// The writes as few commands: neighbors of one kind and collection go together.
fn commands(writes: Vec<(&'static str, Write)>) -> Vec<Document> {
    let mut commands: Vec<(&'static str, &'static str, Vec<Document>)> = Vec::new();
    for (collection, write) in writes {
        let (kind, document) = match write {
            Write::Insert(document) => ("insert", document),
            Write::Update { filter, update } => ("update", doc! { "q": filter, "u": update }),
            Write::Delete { filter } => ("delete", doc! { "q": filter, "limit": 0 }),
        };
        match commands.last_mut() {
            Some((last_kind, last_collection, documents))
                if *last_kind == kind && *last_collection == collection =>
            {
                documents.push(document);
            }
            _ => commands.push((kind, collection, vec![document])),
        }
    }
    commands
        .into_iter()
        .map(|(kind, collection, documents)| match kind {
            "insert" => doc! { "insert": collection, "documents": documents },
            "update" => doc! { "update": collection, "updates": documents },
            _ => doc! { "delete": collection, "deletes": documents },
        })
        .collect()
}

/// What a write command's answer says went wrong, if anything: the driver looks at the command as
/// a whole only.
pub fn check(answer: &Document) -> Result<(), Failure> {
    if let Some(first) = write_errors(answer).first() {
        return Err(match first.get_i32("code") {
            Ok(DUPLICATE_KEY | WRITE_CONFLICT) => Failure::Raced,
            _ => Failure::Refused(StoreError::Backend(first.to_string().into())),
        });
    }
    check_concern(answer)
}

/// The same for a command that may have been done before: a document that is there already under
/// its own id is no failure.
pub fn check_repeated(answer: &Document) -> Result<(), Failure> {
    let is_there_already = |error: &Document| {
        error
            .get_i32("code")
            .is_ok_and(|code| code == DUPLICATE_KEY)
            && error
                .get_document("keyPattern")
                .is_ok_and(|keys| keys.contains_key("_id"))
    };
    match write_errors(answer)
        .into_iter()
        .find(|error| !is_there_already(error))
    {
        Some(error) => Err(StoreError::Backend(error.to_string().into()).into()),
        None => check_concern(answer),
    }
}

fn check_concern(answer: &Document) -> Result<(), Failure> {
    match answer.get_document("writeConcernError") {
        Ok(error) => Err(StoreError::Unavailable(error.to_string().into()).into()),
        Err(_) => Ok(()),
    }
}

fn write_errors(answer: &Document) -> Vec<&Document> {
    let errors = answer.get_array("writeErrors").map(Vec::as_slice);
    errors
        .unwrap_or_default()
        .iter()
        .filter_map(Bson::as_document)
        .collect()
}
