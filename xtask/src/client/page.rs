//! From client/index.html to the page that is served.

use anyhow::{Context, Result, bail};

use crate::client::assets::{self, Files, add_hashed};
use crate::client::bindgen::Program;
use crate::client::hash::Hash;
use crate::client::link::Link;
use crate::client::sources::Sources;

/// At the root, where a worker has to lie to serve all addresses below it.
const WORKER: &str = "worker.js";

/// Every file of `dist/`, compressed siblings included.
pub fn assemble(sources: &Sources, program: &Program) -> Result<Files> {
    let mut files = Files::new();
    let mut page = String::new();
    let mut copied_to = 0;
    let mut has_program = false;
    let mut styles = Some(add_hashed(&mut files, "client.css", &style_sheet(sources)?));
    for (range, link) in Link::find_all(&sources.html)? {
        page.push_str(&sources.html[copied_to..range.start]);
        copied_to = range.end;
        match &link {
            Link::Rust if has_program => bail!("client/index.html has two rel=\"rust\" links"),
            Link::Rust => {
                has_program = true;
                page.push_str(&start_up(&mut files, &sources.boot, program)?);
            }
            // The first one stands for all of them, in their order.
            Link::Css { .. } => {
                if let Some(path) = styles.take() {
                    page.push_str(&["<link rel=\"stylesheet\" href=\"", &path, "\">"].concat());
                }
            }
            other => page.push_str(&element(&mut files, sources, other)?),
        }
    }
    page.push_str(&sources.html[copied_to..]);
    if !has_program {
        bail!(
            "client/index.html has no <link data-trunk rel=\"rust\">: nothing would start the client"
        );
    }
    refuse_inline_code(&page)?;
    files.insert("index.html".to_owned(), page.into_bytes());
    files.insert(WORKER.to_owned(), worker(&files, &sources.worker)?);
    assets::compress(&mut files)?;
    Ok(files)
}

/// All style sheets as one, without comments and indents: one file compresses better than many, and
/// is one request.
fn style_sheet(sources: &Sources) -> Result<Vec<u8>> {
    let mut sheet = String::new();
    for (_, link) in Link::find_all(&sources.html)? {
        let Link::Css { href } = link else { continue };
        let text = str::from_utf8(sources.file(&href)?)
            .with_context(|| format!("client/{href} is not UTF-8"))?;
        sheet.push_str(&without_comments(text));
    }
    let lines = sheet.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.collect::<Vec<_>>().join("\n").into_bytes())
}

/// CSS without its comments. None of our texts in quotes holds the beginning of one.
fn without_comments(css: &str) -> String {
    let mut kept = String::new();
    for (index, part) in css.split("/*").enumerate() {
        let code = if index == 0 {
            Some(part)
        } else {
            part.split_once("*/").map(|(_, code)| code)
        };
        kept.push_str(code.unwrap_or_default());
    }
    kept
}

/// Adds what `link` names and returns what takes its place in the page.
fn element(files: &mut Files, sources: &Sources, link: &Link) -> Result<String> {
    match link {
        Link::Rust | Link::Css { .. } => Ok(String::new()),
        Link::Icon { href, attributes } => {
            let path = add_hashed(files, href, sources.file(href)?);
            Ok(format!("<link rel=\"icon\" href=\"{path}\"{attributes}>"))
        }
        Link::CopyFile { href, folder } => {
            let name = href.rsplit('/').next().unwrap_or(href);
            files.insert(format!("{folder}{name}"), sources.file(href)?.to_vec());
            Ok(String::new())
        }
        Link::CopyDir { href, folder } => {
            let name = href.rsplit('/').next().unwrap_or(href);
            let inside = sources.files.iter().filter_map(|(path, bytes)| {
                let rest = path.strip_prefix(href)?.strip_prefix('/')?;
                Some((format!("{folder}{name}/{rest}"), bytes.clone()))
            });
            files.extend(inside);
            Ok(String::new())
        }
    }
}

/// The script that starts the client, and hints to fetch glue and WebAssembly meanwhile.
fn start_up(files: &mut Files, boot: &str, program: &Program) -> Result<String> {
    let glue = add_hashed(files, "client.js", &program.glue);
    let wasm = add_hashed(files, "client.wasm", &program.wasm);
    let boot = fill(
        boot,
        "client/boot.js",
        [("__GLUE__", &glue), ("__WASM__", &wasm)],
    )?;
    let boot = add_hashed(files, "boot.js", boot.as_bytes());
    // `crossorigin` makes the preload match the glue's fetch(); without it the file comes twice.
    Ok(format!(
        "<link rel=\"modulepreload\" href=\"{glue}\">\n    \
         <link rel=\"preload\" href=\"{wasm}\" as=\"fetch\" type=\"application/wasm\" crossorigin>\n    \
         <script type=\"module\" src=\"{boot}\"></script>"
    ))
}

/// The service worker, which keeps the page and its hashed files: any change of them is another
/// worker to the browser, since it names them and their hash.
fn worker(files: &Files, worker: &str) -> Result<Vec<u8>> {
    let version = files.iter().fold(Hash::EMPTY, |hash, (name, bytes)| {
        hash.and_file(name, bytes)
    });
    let hashed = files.keys().filter(|path| path.starts_with("assets/"));
    let kept: Vec<_> = hashed.map(|path| format!("\"/{path}\"")).collect();
    let kept = format!("[\"/\", {}]", kept.join(", "));
    let worker = fill(
        worker,
        "client/worker.js",
        [("__VERSION__", &version.to_string()), ("__FILES__", &kept)],
    )?;
    Ok(worker.into_bytes())
}

/// Puts the values in place of their marks, each of which has to be there.
fn fill<const N: usize>(text: &str, name: &str, values: [(&str, &str); N]) -> Result<String> {
    let mut filled = text.to_owned();
    for (mark, value) in values {
        if !filled.contains(mark) {
            bail!("{name} lacks the placeholder {mark}");
        }
        filled = filled.replace(mark, value);
    }
    Ok(filled)
}

/// The policy we send refuses inline code: better told now than by a blank page.
fn refuse_inline_code(page: &str) -> Result<()> {
    let inline_script = page.match_indices("<script").any(|(at, _)| {
        let tag = page[at..].split('>').next().unwrap_or_default();
        !tag.contains(" src=")
    });
    if inline_script || page.contains("<style") || page.contains(" style=") {
        bail!(
            "client/index.html has an inline script or style, which the Content-Security-Policy refuses"
        );
    }
    Ok(())
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
