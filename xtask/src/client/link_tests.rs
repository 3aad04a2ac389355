use super::*;

fn links(html: &str) -> Vec<Link> {
    let found = Link::find_all(html).unwrap();
    found.into_iter().map(|(_, link)| link).collect()
}

fn css(href: &str) -> Link {
    Link::Css {
        href: href.to_owned(),
    }
}

#[test]
fn every_known_rel_is_understood() {
    let html = r#"<head>
        <link data-trunk rel="rust" data-bin="client" data-wasm-opt="0">
        <link data-trunk rel="css" href="css/app.css" />
        <link data-trunk rel="icon" type="image/svg+xml" href="icon.svg">
        <link data-trunk rel="copy-file" href="robots.txt">
        <link data-trunk rel="copy-dir" href="fonts" data-target-path="static/">
    </head>"#;
    let expected = vec![
        Link::Rust,
        css("css/app.css"),
        Link::Icon {
            href: "icon.svg".to_owned(),
            attributes: " type=\"image/svg+xml\"".to_owned(),
        },
        Link::CopyFile {
            href: "robots.txt".to_owned(),
            folder: String::new(),
        },
        Link::CopyDir {
            href: "fonts".to_owned(),
            folder: "static/".to_owned(),
        },
    ];
    assert_eq!(links(html), expected);
}

#[test]
fn attributes_may_be_quoted_either_way_bare_or_over_several_lines() {
    for html in [
        "<link data-trunk rel=css href=a.css>",
        "<link data-trunk rel='css' href='a.css'/>",
        "<link\n  rel=\"css\"\n  href=\"a.css\"\n  data-trunk\n>",
        "<link data-trunk=\"\" title=\"a > b\" rel=\"css\" href=\"a.css\">",
    ] {
        assert_eq!(links(html), [css("a.css")], "{html}");
    }
}

#[test]
fn other_elements_and_comments_are_left_alone() {
    let html = "<link rel=\"stylesheet\" href=\"a.css\"><!-- <link data-trunk rel=\"scss\"> --><p>1 < 2</p>";
    assert_eq!(links(html), []);
}

#[test]
fn what_we_cannot_build_is_an_error() {
    for html in [
        "<link data-trunk rel=\"scss\" href=\"a.scss\">",
        "<link data-trunk rel=\"inline\" href=\"a.js\">",
        "<link data-trunk rel=\"css\">",
        "<link data-trunk href=\"a.css\">",
        "<script data-trunk src=\"a.js\"></script>",
        "<link data-trunk rel=\"css",
        "<!-- <link data-trunk rel=\"css\" href=\"a.css\">",
    ] {
        assert!(Link::find_all(html).is_err(), "{html}");
    }
}

#[test]
fn the_range_is_the_whole_tag() {
    let html = "é<link data-trunk rel=rust>!";
    let (range, _) = Link::find_all(html).unwrap().remove(0);
    assert_eq!(&html[range], "<link data-trunk rel=rust>");
}
