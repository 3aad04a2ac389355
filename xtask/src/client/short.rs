//! What a browser downloads and no program reads: the long names by which glue and WebAssembly find
//! each other, each with a hash that compresses badly, and what the glue says to its readers.

use std::collections::HashMap;

/// The glue with its imports renamed, without comments and indentation.
///
/// Takes what wasm-bindgen writes: a comment has lines of its own, and no text spans lines.
pub fn glue(glue: &str, names: &HashMap<String, String>) -> String {
    let mut short = String::with_capacity(glue.len());
    let mut is_comment = false;
    for line in glue.lines().map(str::trim) {
        is_comment |= line.starts_with("/*");
        if !is_comment && !line.is_empty() && !line.starts_with("//") {
            rename(line, names, &mut short);
            short.push('\n');
        }
        is_comment &= !line.ends_with("*/");
    }
    short
}

/// Names for so many imports, each unlike every other.
pub fn name(number: usize) -> String {
    format!("i{number}")
}

fn rename(line: &str, names: &HashMap<String, String>, to: &mut String) {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut rest = line;
    while let Some(start) = rest.find(is_word) {
        to.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        to.push_str(names.get(word).map_or(word, String::as_str));
        rest = &rest[end..];
    }
    to.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glue_keeps_what_it_does_and_loses_what_it_says() {
        let long = "/**\n * Loads.\n */\nexport function load() {\n    // Why.\n    \
                    const imports = { __wbg_log_0a1b: function(a) { log(a, \"// no comment\"); } };\n\n    \
                    imports.__wbg_log_0a1b_x = __wbg_log_0a1b;\n}\n/* one line */\nload();\n";
        let names = HashMap::from([("__wbg_log_0a1b".to_owned(), name(7))]);
        assert_eq!(
            glue(long, &names),
            "export function load() {\n\
             const imports = { i7: function(a) { log(a, \"// no comment\"); } };\n\
             imports.__wbg_log_0a1b_x = i7;\n}\nload();\n"
        );
    }
}
