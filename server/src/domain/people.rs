//! People as others see them: accounts with their presence, without what is private.

use shared::{DeletedUser, Member, Profile, User};

use super::Domain;
use crate::store::{Account, MemberRecord};

/// As anybody signed in sees them, without their presence: the same for whoever it is sent to.
pub fn shown_user(account: Account) -> User {
    if account.deleted_at.is_some() {
        return User::Deleted(DeletedUser {
            id: account.id,
            deleted: true,
        });
    }
    let display_name = if account.display_name.is_empty() {
        account.username.to_string()
    } else {
        account.display_name
    };
    User::Live(Profile {
        id: account.id,
        username: account.username,
        display_name,
        gender: account.gender,
        status_text: Some(account.status_text).filter(|text| !text.is_empty()),
        created_at: account.created_at,
        last_seen_at: account.last_seen_at,
        presence: None,
        email: None,
        role: None,
    })
}

impl Domain {
    /// As anybody signed in sees them.
    pub(super) fn public_user(&self, account: Account) -> User {
        match shown_user(account) {
            User::Live(profile) => {
                let presence = Some(self.presence.of(profile.id));
                User::Live(Profile {
                    presence,
                    ..profile
                })
            }
            deleted @ User::Deleted(_) => deleted,
        }
    }

    /// As they themselves and server admins see them.
    pub(super) fn own_user(&self, account: Account) -> User {
        let (email, role) = (account.email.clone(), account.role);
        match self.public_user(account) {
            User::Live(profile) => User::Live(Profile {
                email: Some(email),
                role: Some(role),
                ..profile
            }),
            deleted @ User::Deleted(_) => deleted,
        }
    }

    pub(super) fn member(&self, record: MemberRecord) -> Member {
        Member {
            presence: self.presence.of(record.account.id),
            user: self.public_user(record.account),
            role: record.membership.role,
            joined_at: record.membership.joined_at,
            marks: record.membership.marks,
        }
    }
}
