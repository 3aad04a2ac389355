//! What the pages' forms share: where an error belongs, and the password's judgement while it is
//! typed.

use gloo_timers::callback::Timeout;
use shared::PasswordScore;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::net::{self, Failure};

/// So long after the last key stroke the password is judged.
const JUDGE_AFTER_MS: u32 = 300;

/// How a form is doing.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Progress {
    #[default]
    Idle,
    Busy,
    Done,
    Failed(Failure),
}

impl Progress {
    /// Whether the form waits for an answer.
    pub fn is_busy(&self) -> bool {
        *self == Self::Busy
    }

    /// What the server said about that field.
    pub fn error_at(&self, field: &str) -> Option<AttrValue> {
        match self {
            Self::Failed(failure) if failure.field() == Some(field) => {
                Some(at_field(failure).into())
            }
            _ => None,
        }
    }

    /// What went wrong, unless it is about one of those fields.
    pub fn error_beside(&self, fields: &[&str]) -> Option<AttrValue> {
        match self {
            Self::Failed(failure) if !failure.field().is_some_and(|f| fields.contains(&f)) => {
                Some(failure.words().into())
            }
            _ => None,
        }
    }
}

/// The error of a field: the server's texts fit behind the field's name.
fn at_field(failure: &Failure) -> String {
    let words = failure.words();
    let begins_behind_the_name = ["must", "may", "is "]
        .iter()
        .any(|word| words.to_lowercase().starts_with(word));
    if begins_behind_the_name {
        format!("It {}{}", words[..1].to_lowercase(), &words[1..])
    } else {
        words
    }
}

/// A field's callback that puts its text into a state.
pub fn set(state: &UseStateHandle<String>) -> Callback<String> {
    let state = state.clone();
    Callback::from(move |text| state.set(text))
}

/// What is wrong with a text, as a sentence, once it is worth saying.
pub fn wrong<T>(text: &str, is_due: bool) -> Option<AttrValue>
where
    T: TryFrom<String>,
    T::Error: std::fmt::Display,
{
    if !is_due {
        return None;
    }
    let error = T::try_from(text.to_owned()).err()?;
    Some(format!("It {error}.").into())
}

/// A password's score, asked for when the typing pauses. Nothing waits for it.
#[hook]
pub fn use_password_score(password: &str, username: &str, email: &str) -> Option<PasswordScore> {
    let score = use_state_eq(|| None::<PasswordScore>);
    let deps = (password.to_owned(), username.to_owned(), email.to_owned());
    {
        let score = score.clone();
        use_effect_with(deps, move |(password, username, email)| {
            if password.is_empty() {
                score.set(None);
            }
            let (password, username, email) = (password.clone(), username.clone(), email.clone());
            let timeout = (!password.is_empty()).then(|| {
                Timeout::new(JUDGE_AFTER_MS, move || {
                    spawn_local(async move {
                        let judged = net::check_password(&password, &username, &email).await;
                        if let Ok(judged) = judged {
                            score.set(Some(judged));
                        }
                    });
                })
            });
            move || drop(timeout)
        });
    }
    (*score).clone()
}

#[cfg(test)]
mod tests {
    use shared::{ApiError, Username};

    use super::*;

    #[test]
    fn an_error_stands_at_its_field_or_above_the_form() {
        let error = ApiError::invalid_field("email", "must be an e-mail address");
        let progress = Progress::Failed(Failure::Refused(error));
        assert_eq!(
            progress.error_at("email").unwrap(),
            "It must be an e-mail address."
        );
        assert_eq!(progress.error_at("username"), None);
        assert_eq!(progress.error_beside(&["email"]), None);
        assert!(progress.error_beside(&["username"]).is_some());
    }

    #[test]
    fn nothing_is_wrong_before_it_is_due() {
        assert_eq!(wrong::<Username>("a", false), None);
        assert_eq!(
            wrong::<Username>("a", true).unwrap(),
            "It must be 3 to 32 characters."
        );
        assert_eq!(wrong::<Username>("alice", true), None);
    }
}
