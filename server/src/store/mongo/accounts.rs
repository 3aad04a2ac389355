//! People.

use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use shared::{Gender, RoomRole, ServerRole, SessionId, Timestamp, UserId, Username};

use super::{
    MongoStore,
    commits::{Echo, glance},
    failure::Failure,
    invitations,
    key::{BsonId, folded},
    logins, members,
    record::AccountRecord,
    schema::USERS,
    view::{Find, View},
    work::Work,
};
use crate::store::{Account, AccountUpdate, Accounts, Change, NewAccount, StoreError};

#[async_trait]
impl Accounts for MongoStore {
    async fn create_user(&self, account: NewAccount) -> Result<(), StoreError> {
        let lobby = self.identity.lobby;
        let invitation = account.invitation;
        let account = &made(account);
        self.commit(Echo::Awaited, Some(lobby.bson()), move |work| {
            Box::pin(async move {
                if let Some(code) = invitation {
                    invitations::use_up(work, code, account.created_at).await?;
                }
                refuse_taken(&mut work.view, account).await?;
                work.insert(USERS, &AccountRecord::from(account))?;
                let room = super::rooms::find(&mut work.view, lobby).await?;
                let mut room = room.ok_or(StoreError::NotFound)?;
                members::put(
                    work,
                    &mut room,
                    account,
                    RoomRole::Member,
                    account.created_at,
                )?;
                super::rooms::count(work, &room);
                Ok(())
            })
        })
        .await
    }

    async fn user(&self, id: UserId) -> Result<Option<Account>, StoreError> {
        self.refuse_when_closed()?;
        glance(&self.db, move |view| {
            Box::pin(async move { find(view, id).await })
        })
        .await
    }

    async fn user_by_name(&self, username: &Username) -> Result<Option<Account>, StoreError> {
        self.refuse_when_closed()?;
        glance(&self.db, move |view| {
            Box::pin(async move { read_one(view, doc! { "username": username.as_str() }).await })
        })
        .await
    }

    async fn user_by_look(&self, look: &str) -> Result<Option<Account>, StoreError> {
        self.refuse_when_closed()?;
        // By age where several look alike: ids are made in their order.
        let find = &Find::by(doc! { "look": look })
            .sorted(doc! { "_id": 1 })
            .at_most(1);
        glance(&self.db, move |view| {
            Box::pin(async move {
                let found = accounts(view.all(USERS, find.clone()).await?)?;
                Ok(found.into_iter().next())
            })
        })
        .await
    }

    async fn users(&self, ids: &[UserId]) -> Result<Vec<Account>, StoreError> {
        self.refuse_when_closed()?;
        glance(&self.db, move |view| {
            Box::pin(async move { among(view, ids).await })
        })
        .await
    }

    async fn list_users(
        &self,
        q: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Account>, StoreError> {
        self.refuse_when_closed()?;
        let mut filter = doc! {
            "username": { "$gt": after.unwrap_or_default() },
            "deleted_at": null,
        };
        if let Some(q) = q {
            filter.insert("$or", containing(&["username", "display_key"], q));
        }
        let find = &Find::by(filter)
            .sorted(doc! { "username": 1 })
            .at_most(limit);
        glance(&self.db, move |view| {
            Box::pin(async move { accounts(view.all(USERS, find.clone()).await?) })
        })
        .await
    }

    async fn update_user(&self, id: UserId, update: AccountUpdate) -> Result<Account, StoreError> {
        let update = &update;
        self.commit(Echo::Awaited, Some(id.bson()), move |work| {
            Box::pin(async move { change(work, id, update).await })
        })
        .await
    }

    async fn set_password(
        &self,
        id: UserId,
        password_hash: String,
        keep: Option<SessionId>,
    ) -> Result<(), StoreError> {
        let password_hash = password_hash.as_str();
        self.commit(Echo::Awaited, Some(id.bson()), move |work| {
            Box::pin(async move {
                live(&mut work.view, id).await?;
                work.set(USERS, id.bson(), doc! { "password_hash": password_hash });
                logins::end_all(work, id, keep).await?;
                Ok(())
            })
        })
        .await
    }

    async fn replace_hash(&self, id: UserId, old: String, new: String) -> Result<(), StoreError> {
        let (old, new) = (old.as_str(), new.as_str());
        self.commit(Echo::Ignored, Some(id.bson()), move |work| {
            Box::pin(async move {
                let unchanged = doc! { "_id": id.bson(), "password_hash": old };
                if work.view.has(USERS, unchanged).await? {
                    work.set(USERS, id.bson(), doc! { "password_hash": new });
                }
                Ok(())
            })
        })
        .await
    }

    async fn delete_user(&self, id: UserId, at: Timestamp) -> Result<(), StoreError> {
        let emptied = self
            .commit(Echo::Awaited, Some(id.bson()), move |work| {
                Box::pin(async move { delete(work, id, at).await })
            })
            .await?;
        for room in emptied {
            self.remove_messages(room).await;
        }
        Ok(())
    }

    async fn set_last_seen(&self, seen: &[(UserId, Timestamp)]) -> Result<(), StoreError> {
        self.commit(Echo::Ignored, None, move |work| {
            Box::pin(async move {
                let ids: Vec<_> = seen.iter().map(|(user, _)| *user).collect();
                for account in among(&mut work.view, &ids).await? {
                    let newest = seen.iter().filter(|(user, _)| *user == account.id);
                    let newest = newest.map(|(_, at)| *at).max();
                    if account.deleted_at.is_none() && newest > account.last_seen_at {
                        let at = newest.map(Timestamp::as_millis);
                        work.set(USERS, account.id.bson(), doc! { "last_seen_at": at });
                    }
                }
                Ok(())
            })
        })
        .await
    }
}

/// Texts that contain `q`, ignoring ASCII case; it means itself, whatever is in it.
pub fn containing(folded_fields: &[&str], q: &str) -> Vec<Document> {
    let q = folded(q);
    let contains = |field: &&str| {
        let at = doc! { "$indexOfBytes": [format!("${field}"), { "$literal": q.as_str() }] };
        doc! { "$expr": { "$gte": [at, 0] } }
    };
    folded_fields.iter().map(contains).collect()
}

fn accounts(records: Vec<AccountRecord>) -> Result<Vec<Account>, Failure> {
    records.into_iter().map(Account::try_from).collect()
}

async fn read_one(view: &mut View<'_>, filter: Document) -> Result<Option<Account>, Failure> {
    let found = view.one::<AccountRecord>(USERS, filter).await?;
    found.map(Account::try_from).transpose()
}

/// The account with this id, a deleted one too.
pub async fn find(view: &mut View<'_>, id: UserId) -> Result<Option<Account>, Failure> {
    read_one(view, doc! { "_id": id.bson() }).await
}

/// The account with this id, unless it is deleted.
pub async fn live(view: &mut View<'_>, id: UserId) -> Result<Account, Failure> {
    let found = find(view, id).await?;
    let live = found.filter(|account| account.deleted_at.is_none());
    Ok(live.ok_or(StoreError::NotFound)?)
}

/// The accounts with these ids.
pub async fn among(view: &mut View<'_>, ids: &[UserId]) -> Result<Vec<Account>, Failure> {
    let ids: Vec<_> = ids.iter().map(|id| id.bson()).collect();
    let find = Find::by(doc! { "_id": { "$in": ids } });
    accounts(view.all(USERS, find).await?)
}

fn made(new: NewAccount) -> Account {
    Account {
        id: new.id,
        username: new.username,
        email: new.email.as_str().to_owned(),
        password_hash: new.password_hash,
        display_name: new.display_name,
        gender: new.gender,
        status_text: String::new(),
        role: new.role,
        created_at: new.created_at,
        last_seen_at: None,
        deleted_at: None,
    }
}

async fn refuse_taken(view: &mut View<'_>, account: &Account) -> Result<(), Failure> {
    // Two who register at once both write the lobby, so that one of them begins again.
    let look = doc! { "look": account.username.look() };
    if view.has(USERS, look).await? {
        return Err(StoreError::UsernameTaken.into());
    }
    refuse_taken_email(view, account).await
}

async fn refuse_taken_email(view: &mut View<'_>, account: &Account) -> Result<(), Failure> {
    let key = AccountRecord::from(account).email_key;
    let other = doc! { "email_key": key, "_id": { "$ne": account.id.bson() } };
    if view.has(USERS, other).await? {
        return Err(StoreError::EmailTaken.into());
    }
    Ok(())
}

async fn change(
    work: &mut Work<'_>,
    id: UserId,
    update: &AccountUpdate,
) -> Result<Account, Failure> {
    let before = live(&mut work.view, id).await?;
    let mut after = before.clone();
    let AccountUpdate {
        display_name,
        email,
        gender,
        status_text,
        role,
    } = update.clone();
    after.display_name = display_name.unwrap_or(after.display_name);
    after.gender = gender.unwrap_or(after.gender);
    after.status_text = status_text.unwrap_or(after.status_text);
    after.role = role.unwrap_or(after.role);
    if let Some(email) = email {
        after.email = email.as_str().to_owned();
        refuse_taken_email(&mut work.view, &after).await?;
    }
    if after != before {
        let record = AccountRecord::from(&after);
        work.set(USERS, record.id, changeable(&record)?);
        work.announce(Change::UserChanged(Box::new(after.clone())));
    }
    Ok(after)
}

/// What an update may change: not when somebody was last seen, which is written meanwhile.
fn changeable(record: &AccountRecord) -> Result<Document, Failure> {
    let mut fields = mongodb::bson::serialize_to_document(record).map_err(Failure::unreadable)?;
    for fixed in ["_id", "username", "look", "password_hash", "last_seen_at"] {
        fields.remove(fixed);
    }
    Ok(fields)
}

/// Deletes an account; the rooms that are gone with it.
async fn delete(
    work: &mut Work<'_>,
    id: UserId,
    at: Timestamp,
) -> Result<Vec<shared::RoomId>, Failure> {
    let account = live(&mut work.view, id).await?;
    let emptied = members::take_out_of_all(work, id).await?;
    logins::end_all(work, id, None).await?;
    let gone = Account {
        email: String::new(),
        password_hash: String::new(),
        display_name: String::new(),
        gender: Gender::Unspecified,
        status_text: String::new(),
        role: ServerRole::Member,
        last_seen_at: None,
        deleted_at: Some(at),
        ..account
    };
    work.replace(USERS, id.bson(), &AccountRecord::from(&gone))?;
    work.announce(Change::UserChanged(Box::new(gone)));
    Ok(emptied)
}
