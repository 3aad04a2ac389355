//! Whether the server has another page by now than the one that runs here.

use super::{Chat, request::fetch};
use crate::{browser, state::Action};

/// The question is spread over so long: all pages come back at once to a server that was replaced.
const SPREAD_MS: f64 = 5_000.0;
/// The build puts the hash of all that runs into this name.
const BOOT: &str = "/assets/boot-";

/// Whether `page` starts another program than the one in the file `mine`. A page that starts none of
/// ours, as from a proxy, says nothing.
fn is_another(page: &str, mine: &str) -> bool {
    page.contains(BOOT) && !page.contains(&format!("\"{mine}\""))
}

impl Chat {
    /// Asks, and tells the state where there is another.
    pub(super) async fn compare_page(self) {
        let Some(mine) = browser::boot_file() else {
            return;
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most five thousand, never negative"
        )]
        let wait = (browser::jitter() * SPREAD_MS) as u64;
        browser::sleep(wait).await;
        let Ok(question) = web_sys::Request::new_with_str("/") else {
            return;
        };
        if let Ok((_, page)) = fetch(&question).await
            && is_another(&page, &mine)
        {
            self.report(Action::Outdated);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_another_where_it_starts_another_program() {
        let mine = "/assets/boot-1a.js";
        for (page, expected) in [
            ("<script src=\"/assets/boot-1a.js\"></script>", false),
            ("<script src=\"/assets/boot-2b.js\"></script>", true),
            ("<h1>502 Bad Gateway</h1>", false),
        ] {
            assert_eq!(is_another(page, mine), expected, "{page}");
        }
    }
}
