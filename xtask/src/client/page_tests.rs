use super::*;

const BOOT: &str = "import init from \"__GLUE__\"; init({ module_or_path: \"__WASM__\" });";

fn assemble_page(html: &str, boot: &str) -> Result<Files> {
    let sources = Sources::for_test(
        html,
        boot,
        [
            ("app.css", "a"),
            ("icon.svg", "a"),
            ("robots.txt", "a"),
            ("fonts/one.woff2", "a"),
        ],
    );
    let program = Program {
        glue: b"glue".to_vec(),
        wasm: b"wasm".to_vec(),
    };
    assemble(&sources, &program)
}

fn page(files: &Files) -> &str {
    str::from_utf8(&files["index.html"]).unwrap()
}

fn with_program(links: &str) -> String {
    format!("<head><link data-trunk rel=\"rust\">{links}</head>")
}

#[test]
fn stylesheets_and_icons_are_linked_by_their_hashed_names() {
    let html = with_program(
        "<link data-trunk rel=\"css\" href=\"app.css\"><link data-trunk rel=\"icon\" type=\"image/svg+xml\" href=\"icon.svg\">",
    );
    let files = assemble_page(&html, BOOT).unwrap();
    let page = page(&files);
    assert!(
        page.contains("<link rel=\"stylesheet\" href=\"/assets/client-af63dc4c8601ec8c.css\">"),
        "{page}"
    );
    assert!(
        page.contains(
            "<link rel=\"icon\" href=\"/assets/icon-af63dc4c8601ec8c.svg\" type=\"image/svg+xml\">"
        ),
        "{page}"
    );
    assert!(files.contains_key("assets/client-af63dc4c8601ec8c.css"));
    assert!(!page.contains("data-trunk"), "{page}");
}

#[test]
fn copies_keep_their_names_and_leave_no_element() {
    let html = with_program(
        "<link data-trunk rel=\"copy-file\" href=\"robots.txt\"><link data-trunk rel=\"copy-dir\" href=\"fonts\">",
    );
    let files = assemble_page(&html, BOOT).unwrap();
    assert!(
        files.contains_key("robots.txt") && files.contains_key("fonts/one.woff2"),
        "{:?}",
        files.keys()
    );
    assert!(!page(&files).contains("robots"));
}

#[test]
fn the_boot_file_names_glue_and_wasm_and_the_page_loads_only_files() {
    let files = assemble_page(&with_program(""), BOOT).unwrap();
    let boot = files
        .keys()
        .find(|path| path.starts_with("assets/boot-"))
        .unwrap();
    let text = str::from_utf8(&files[boot]).unwrap();
    for name in ["client.js", "client.wasm"] {
        let stem = name.split_once('.').unwrap().0;
        let extension = name.split_once('.').unwrap().1;
        let path = files.keys().find(|path| {
            path.starts_with(&format!("assets/{stem}-")) && path.ends_with(&format!(".{extension}"))
        });
        assert!(text.contains(path.unwrap()), "{text}");
    }
    assert!(page(&files).contains(&format!(
        "<script type=\"module\" src=\"/{boot}\"></script>"
    )));
    assert!(page(&files).contains("as=\"fetch\" type=\"application/wasm\" crossorigin>"));
}

#[test]
fn the_worker_names_the_page_and_every_hashed_file_and_nothing_else() {
    let html = with_program("<link data-trunk rel=\"copy-file\" href=\"robots.txt\">");
    let files = assemble_page(&html, BOOT).unwrap();
    let worker = str::from_utf8(&files["worker.js"]).unwrap();
    let hashed = files.keys().filter(|path| path.starts_with("assets/"));
    let hashed: Vec<_> = hashed.filter(|path| !path.contains(".br")).collect();
    assert_eq!(hashed.len(), 4, "{hashed:?}");
    for path in hashed {
        assert!(worker.contains(&format!("\"/{path}\"")), "{worker}");
    }
    assert!(worker.contains("[\"/\", "), "{worker}");
    assert!(
        !worker.contains("robots.txt") && !worker.contains("__"),
        "{worker}"
    );
}

#[test]
fn a_change_of_the_page_is_another_worker() {
    let worker = |html: &str| {
        let files = assemble_page(&with_program(html), BOOT).unwrap();
        files["worker.js"].clone()
    };
    assert_ne!(worker("<title>a</title>"), worker("<title>b</title>"));
}

#[test]
fn a_change_of_the_program_changes_the_boot_file() {
    let sources = Sources::for_test(&with_program(""), BOOT, []);
    let names = [&b"one"[..], b"two"].map(|wasm| {
        let program = Program {
            glue: b"glue".to_vec(),
            wasm: wasm.to_vec(),
        };
        let files = assemble(&sources, &program).unwrap();
        files
            .into_keys()
            .find(|path| path.starts_with("assets/boot-"))
            .unwrap()
    });
    assert_ne!(names[0], names[1]);
}

#[test]
fn a_page_that_could_not_start_is_refused() {
    for (html, boot) in [
        ("<head></head>", BOOT),
        ("<link data-trunk rel=rust><link data-trunk rel=rust>", BOOT),
        (
            "<link data-trunk rel=rust>",
            "import init from \"__GLUE__\";",
        ),
        ("<link data-trunk rel=rust><script>alert(1)</script>", BOOT),
        ("<link data-trunk rel=rust><style>p{}</style>", BOOT),
        ("<link data-trunk rel=rust><p style=\"color:red\">", BOOT),
    ] {
        assert!(assemble_page(html, boot).is_err(), "{html} {boot}");
    }
}
