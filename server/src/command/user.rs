//! `parlor user …`: what the operator does to accounts, with the store in hand.

use std::io::{self, BufRead, IsTerminal, Write};

use clap::{Args, Subcommand, ValueEnum};
use shared::{Email, Gender, NewUser, Password, ServerRole, UserId, Username};

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
    let who = match &command {
        UserCommand::Create(create) => &create.who,
        UserCommand::ResetPassword(who) => who,
        UserCommand::SetRole(set) => &set.who,
    };
    let app::Opened { domain, .. } = app::open(&who.place, Clock::system()).await?;
    let done = match command {
        UserCommand::Create(create) => create_user(&domain, create).await,
        UserCommand::ResetPassword(who) => reset_password(&domain, &who.username).await,
        UserCommand::SetRole(set) => set_role(&domain, &set.who.username, set.role.into()).await,
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
