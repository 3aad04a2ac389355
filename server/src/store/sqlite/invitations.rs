//! Invitations to register.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use shared::{InvitationId, Timestamp};
use uuid::Uuid;

use crate::store::{Digest, InvitationRecord, Invitations, StoreError};

use super::{SqliteStore, rows};

#[async_trait]
impl Invitations for SqliteStore {
    async fn put_invitation(
        &self,
        code: Digest,
        invitation: InvitationRecord,
    ) -> Result<(), StoreError> {
        self.write(move |write| {
            let mut insert = write.conn.prepare_cached(
                "INSERT INTO invitations (id, digest, uses_left, created_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            insert.execute(params![
                invitation.id.as_uuid(),
                code,
                invitation.uses_left,
                invitation.created_at.as_millis(),
                invitation.expires_at.as_millis(),
            ])?;
            Ok(())
        })
        .await
    }

    async fn invitations(&self, now: Timestamp) -> Result<Vec<InvitationRecord>, StoreError> {
        self.read(move |conn| {
            let mut query = conn.prepare_cached(
                "SELECT id, uses_left, created_at, expires_at FROM invitations
                 WHERE expires_at > ?1 ORDER BY created_at DESC, id",
            )?;
            let found = query.query_map([now.as_millis()], |row| {
                Ok(InvitationRecord {
                    id: InvitationId::from_uuid(row.get(0)?),
                    uses_left: row.get(1)?,
                    created_at: rows::time(row, 2)?,
                    expires_at: rows::time(row, 3)?,
                })
            })?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn remove_invitation(&self, id: InvitationId) -> Result<bool, StoreError> {
        self.write(move |write| {
            let mut delete = write
                .conn
                .prepare_cached("DELETE FROM invitations WHERE id = ?1")?;
            Ok(delete.execute([id.as_uuid()])? > 0)
        })
        .await
    }
}

/// Uses an invitation up by one; the last use removes it.
pub fn use_up(conn: &Connection, code: &Digest, now: Timestamp) -> Result<(), StoreError> {
    let mut query = conn.prepare_cached(
        "SELECT id, uses_left FROM invitations WHERE digest = ?1 AND expires_at > ?2",
    )?;
    let found: Option<(Uuid, u32)> = query
        .query_row(params![code, now.as_millis()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (id, uses_left) = found.ok_or(StoreError::NoInvitation)?;
    let sql = if uses_left > 1 {
        "UPDATE invitations SET uses_left = uses_left - 1 WHERE id = ?1"
    } else {
        "DELETE FROM invitations WHERE id = ?1"
    };
    conn.prepare_cached(sql)?.execute([id])?;
    Ok(())
}
