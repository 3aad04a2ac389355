//! Architecture that fails a test. Each failure says what to do.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

const MAX_LINES: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Files below a folder, as paths from the root, with one of these endings.
fn files(folder: &str, endings: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("node_modules") && !path.ends_with("target") {
                    folders.push(path);
                }
            } else if path
                .extension()
                .is_some_and(|ending| endings.iter().any(|e| ending == *e))
            {
                found.push(
                    path.strip_prefix(root())
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .to_owned(),
                );
            }
        }
    }
    assert!(!found.is_empty(), "nothing below {folder}");
    found.sort();
    found
}

#[test]
fn no_source_file_is_longer_than_400_lines() {
    for folder in [
        "shared", "server", "client", "mongod", "xtask", "e2e", "torture", "bench",
    ] {
        for file in files(folder, &["rs", "js", "css"]) {
            let lines = read(&file).lines().count();
            assert!(
                lines <= MAX_LINES,
                "{file} has {lines} lines: split it by idea"
            );
        }
    }
}

#[test]
fn layers_know_only_what_is_below_them() {
    let forbidden: [(&str, &[&str]); 6] = [
        (
            "shared/src",
            &["actix", "rusqlite", "mongodb", "tokio", "SystemTime"],
        ),
        ("server/src/domain", &["actix", "rusqlite", "mongodb"]),
        (
            "server/src/hub",
            &[
                "actix",
                "rusqlite",
                "mongodb",
                "tokio",
                "Instant::now",
                "SystemTime",
            ],
        ),
        (
            "server/src/store",
            &["actix", "crate::domain", "crate::chat", "crate::http"],
        ),
        (
            "server/src/chat",
            &["rusqlite", "mongodb", "crate::http", "sqlite"],
        ),
        (
            "server/src/http",
            &["rusqlite", "mongodb", "sqlite", "actix_web_actors"],
        ),
    ];
    for (folder, words) in forbidden {
        for file in files(folder, &["rs"]) {
            let text = read(&file);
            // Tests may use a runtime to run what is being tested.
            let code = text.split("#[cfg(test)]").next().unwrap();
            for (number, line) in code.lines().enumerate() {
                let line = line.trim();
                if line.starts_with("//") {
                    continue;
                }
                for word in words {
                    assert!(
                        !line.contains(word),
                        "{file}:{}: {word} does not belong in {folder}: {line}",
                        number + 1
                    );
                }
            }
        }
    }
}

#[test]
fn one_file_knows_the_websocket_library_and_one_chooses_a_backend() {
    for file in files("server/src", &["rs"]) {
        let text = read(&file);
        let knows = text.contains("actix_web_actors");
        assert_eq!(
            knows,
            file == "server/src/chat/socket.rs",
            "{file}: actix_web_actors"
        );
        if !file.starts_with("server/src/store/sqlite") && file != "server/src/store.rs" {
            let names = text.contains("sqlite::open");
            assert_eq!(
                names,
                file == "server/src/store/open.rs",
                "{file}: sqlite::open"
            );
        }
    }
}

#[test]
fn no_route_is_registered_without_an_entry_in_the_document() {
    for file in files("server/src", &["rs"]) {
        // Debug builds only, for a test suite.
        if file == "server/src/http/echo.rs" {
            continue;
        }
        let text = read(&file);
        for word in [
            "web::resource(",
            "web::get()",
            "web::post()",
            ".route(",
            "Resource::new(",
        ] {
            let is_door = file == "server/src/http/route.rs" && word == "web::resource(";
            assert!(
                is_door || !text.contains(word),
                "{file}: {word}: use the functions of server/src/http/route.rs"
            );
        }
    }
}

#[test]
fn every_path_that_the_architecture_names_exists() {
    let page = read("ARCHITECTURE.md");
    let mut checked = 0;
    for word in page.split('`').skip(1).step_by(2) {
        let is_path = [
            "shared", "server/", "client/", "e2e", "mongod", "xtask", "torture", "bench",
        ]
        .iter()
        .any(|start| word.starts_with(start))
            && !word.contains(' ');
        if is_path {
            assert!(
                root().join(word).exists(),
                "ARCHITECTURE.md names `{word}`, which is not there"
            );
            checked += 1;
        }
    }
    assert!(
        checked > 20,
        "only {checked} paths: is the page read right?"
    );
}

#[test]
fn every_setting_is_in_the_readme_or_on_the_operators_page_and_none_that_is_not() {
    let sources = [
        "server/src/config.rs",
        "server/src/config/rates.rs",
        "server/src/command.rs",
    ];
    let sources = sources.map(read);
    let mut settings: Vec<&str> = sources
        .iter()
        .flat_map(|text| text.split("env = \"").skip(1))
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    settings.sort_unstable();
    assert!(settings.len() >= 8, "{settings:?}");
    let pages = read("README.md") + &read("docs/operating.md");
    for setting in &settings {
        assert!(
            pages.contains(&format!("| `{setting}` |")),
            "neither README.md nor docs/operating.md has {setting}"
        );
    }
    for row in pages.lines().filter(|line| line.starts_with("| `PARLOR_")) {
        let name = row.split('`').nth(1).unwrap();
        assert!(
            settings.contains(&name),
            "the pages have {name}, which is no setting"
        );
        if let Some(default) = row.split('`').nth(5).filter(|_| name.contains("_LIMIT_")) {
            let line = format!("default_value = \"{default}\"");
            let of_setting = sources.iter().find_map(|text| text.split(name).nth(1));
            assert!(
                of_setting
                    .unwrap()
                    .split(")]")
                    .next()
                    .unwrap()
                    .contains(&line),
                "docs/operating.md has another default for {name}"
            );
        }
    }
}

#[test]
fn the_page_links_every_stylesheet_and_styles_nothing_inline() {
    let index = read("client/index.html");
    for file in files("client/styles", &["css"]) {
        let name = file.strip_prefix("client/").unwrap();
        assert!(
            index.contains(name),
            "client/index.html does not link {name}"
        );
    }
    for file in files("client", &["rs", "html"]) {
        let text = read(&file);
        for word in ["style=\"", "style={", "inner_html", "from_html_unchecked"] {
            assert!(
                !text.contains(word),
                "{file}: {word}: the page's policy refuses it"
            );
        }
    }
}
