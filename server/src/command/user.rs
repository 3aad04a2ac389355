//! `parlor user …`: what the operator does to accounts, with the store in hand.

use std::io::{self, BufRead, IsTerminal, Write};

use clap::{Args, Subcommand, ValueEnum};
use shared::{Email, Gender, NewInvitation, NewUser, Password, ServerRole, UserId, Username};

use super::{CommandError, say};
use crate::{Clock, Error, app, config::Place, domain::Domain, store::AccountUpdate};

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make an account; the password is read from standard input
    Create(Create),
    /// Give an account a new password, read from standard input, and end its sessions
    ResetPassword(Who),
    /// Make an account a server admin, or a plain member again
    ///
    /// Nobody is admin by registering: this makes the first.
    SetRole(SetRole),
    /// Make an invitation to register, for where registration is by invitation, and print its code
    Invite(Invite),
}

#[derive(Debug, Args)]
pub(super) struct Invite {
    #[command(flatten)]
    place: Place,
    /// How many people may register with it
    #[arg(long, default_value_t = 1, value_name = "N")]
    uses: u32,
    /// For how many days it is good
    #[arg(long, default_value_t = 7, value_name = "N")]
    days: u32,
}

#[derive(Debug, Args)]
pub(super) struct Create {
    #[command(flatten)]
    who: Who,
    /// E-mail address
    email: Email,
    /// Chooses the picture
    #[arg(long, value_enum, default_value = "unspecified")]
    gender: GenderArg,
    /// What the account may do on the whole server
    #[arg(long, value_enum, default_value = "member")]
    role: RoleArg,
}

#[derive(Debug, Args)]
pub(super) struct Who {
    #[command(flatten)]
    place: Place,
    /// Account name
    username: Username,
}

#[derive(Debug, Args)]
pub(super) struct SetRole {
    #[command(flatten)]
    who: Who,
    /// The role
    #[arg(value_enum)]
    role: RoleArg,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum GenderArg {
    Female,
    Male,
    Other,
    Unspecified,
}

impl From<GenderArg> for Gender {
    fn from(gender: GenderArg) -> Self {
        match gender {
            GenderArg::Female => Self::Female,
            GenderArg::Male => Self::Male,
            GenderArg::Other => Self::Other,
            GenderArg::Unspecified => Self::Unspecified,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleArg {
    Admin,
    Member,
}

impl From<RoleArg> for ServerRole {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Admin => Self::Admin,
            RoleArg::Member => Self::Member,
        }
    }
}

pub(super) async fn run(command: UserCommand) -> Result<(), CommandError> {
    let place = match &command {
        UserCommand::Create(create) => &create.who.place,
        UserCommand::ResetPassword(who) => &who.place,
        UserCommand::SetRole(set) => &set.who.place,
        UserCommand::Invite(invite) => &invite.place,
    };
    let app::Opened { domain, .. } = app::open(place, Clock::system()).await?;
    let done = match command {
        UserCommand::Create(create) => create_user(&domain, create).await,
        UserCommand::ResetPassword(who) => reset_password(&domain, &who.username).await,
        UserCommand::SetRole(set) => set_role(&domain, &set.who.username, set.role.into()).await,
        UserCommand::Invite(invite) => make_invitation(&domain, &invite).await,
    };
    domain.store().close().await;
    say(&done?)
}

async fn create_user(domain: &Domain, create: Create) -> Result<String, CommandError> {
    let username = create.who.username;
    let new = NewUser {
        username: username.clone(),
        email: create.email,
        password: read_password()?,
        gender: create.gender.into(),
        display_name: None,
        invitation: None,
    };
    let account = domain.new_account(new, create.role.into()).await?;
    domain
        .store()
        .create_user(account)
        .await
        .map_err(Error::from)?;
    Ok(format!("{username} can log in now"))
}

async fn reset_password(domain: &Domain, username: &Username) -> Result<String, CommandError> {
    let id = find(domain, username).await?;
    domain.reset_password(id, &read_password()?).await?;
    Ok(format!(
        "{username} has a new password and must log in again"
    ))
}

async fn set_role(
    domain: &Domain,
    username: &Username,
    role: ServerRole,
) -> Result<String, CommandError> {
    let id = find(domain, username).await?;
    let update = AccountUpdate {
        role: Some(role),
        ..AccountUpdate::default()
    };
    domain
        .store()
        .update_user(id, update)
        .await
        .map_err(Error::from)?;
    let role = match role {
        ServerRole::Admin => "a server admin",
        ServerRole::Member => "a plain member",
    };
    Ok(format!("{username} is {role} now"))
}

async fn make_invitation(domain: &Domain, invite: &Invite) -> Result<String, CommandError> {
    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
    let new = NewInvitation {
        uses: Some(invite.uses),
        expires_in_ms: Some(i64::from(invite.days) * DAY_MS),
    };
    let invitation = domain.new_invitation(&new).await?;
    let code = invitation.code.unwrap_or_default();
    // The code behind #, which browsers keep to themselves.
    Ok(format!("{code}\n(as a link: /register#invitation={code})"))
}

async fn find(domain: &Domain, username: &Username) -> Result<UserId, CommandError> {
    let account = domain
        .store()
        .user_by_name(username)
        .await
        .map_err(Error::from)?;
    account
        .filter(|account| account.deleted_at.is_none())
        .map(|account| account.id)
        .ok_or_else(|| CommandError::Usage(format!("there is no account {username}")))
}

/// One line of standard input: arguments can be seen by everybody on the machine.
fn read_password() -> Result<Password, CommandError> {
    if io::stdin().is_terminal() {
        write!(io::stderr(), "New password: ")?;
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    Password::try_from(password)
        .map_err(|error| CommandError::Usage(format!("the password {error}")))
}
