//! Every answer that a test gets, held against the API's document: its status, its media type,
//! its headers and its body.

use std::{
    cell::RefCell,
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    ptr,
    sync::LazyLock,
};

use actix_web::http::Method;
use serde_json::Value;

use super::{Answer, json_schema};

pub static DOCUMENT: LazyLock<Value> = LazyLock::new(server::http::openapi);
pub static FRAMES: LazyLock<Value> = LazyLock::new(server::http::frames);

/// A route of the document.
pub struct Route {
    /// In lower case.
    pub method: &'static str,
    pub path: &'static str,
    /// Module and name of its handler.
    pub id: &'static str,
    pub entry: &'static Value,
}

impl Route {
    /// Ways to show who one is, one of which is needed.
    pub fn security(&self) -> Vec<&'static str> {
        let ways = self.entry["security"].as_array().unwrap();
        let names = ways.iter().filter_map(|way| way.as_object()?.keys().next());
        names.map(String::as_str).collect()
    }
}

/// Every route, by path.
pub fn routes() -> Vec<Route> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap();
            methods.iter().map(move |(method, entry)| Route {
                method,
                path,
                id: entry["operationId"].as_str().unwrap(),
                entry,
            })
        })
        .collect()
}

/// What the document says of a request; None where it knows no such path, or not that method.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    // The path itself before a template that also fits.
    let methods = paths.get(path).or_else(|| {
        let fits = |template: &&String| {
            let (mut wanted, mut found) = (template.split('/'), path.split('/'));
            loop {
                match (wanted.next(), found.next()) {
                    (None, None) => return true,
                    (Some(wanted), Some(found)) if wanted == found => {}
                    (Some(wanted), Some(found)) if wanted.starts_with('{') && !found.is_empty() => {
                    }
                    _ => return false,
                }
            }
        };
        paths.get(paths.keys().find(fits)?)
    })?;
    methods.get(method.as_str().to_lowercase())
}

/// What it refers to, or itself.
pub fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

thread_local! {
    /// What was judged, since the same frame goes to many and the same page is asked for often.
    static JUDGED: RefCell<HashSet<u64>> = RefCell::default();
}

/// Whether those bytes were not held against that schema yet.
fn is_new(schema: &'static Value, bytes: &[u8]) -> bool {
    let mut hasher = DefaultHasher::new();
    (ptr::from_ref(schema), bytes).hash(&mut hasher);
    JUDGED.with_borrow_mut(|judged| judged.insert(hasher.finish()))
}

/// Panics where the document does not allow the answer.
pub fn check(method: &Method, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap();
    let Some(operation) = operation(method, path) else {
        let is_asked = *method != Method::OPTIONS && path.starts_with("/api/");
        assert!(
            !is_asked || answer.status == 404,
            "{} was answered {}, and the document has no such route",
            answer.what,
            answer.status
        );
        return;
    };
    let documented = &operation["responses"][answer.status.to_string()];
    assert!(
        !documented.is_null(),
        "{}: the document has no {}: {}",
        answer.what,
        answer.status,
        answer.text()
    );
    let documented = resolved(documented);
    for (name, header) in documented["headers"].as_object().into_iter().flatten() {
        assert!(
            header["required"] != true || answer.header(name).is_some(),
            "{}: no {name}",
            answer.what
        );
    }
    let Some(content) = documented["content"].as_object() else {
        assert!(answer.body.is_empty(), "{}: {}", answer.what, answer.text());
        return;
    };
    let media_type = answer.header("content-type").unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap();
    let content = content
        .get(media_type)
        .unwrap_or_else(|| panic!("{}: the document has no {media_type}", answer.what));
    if media_type == "application/json" && is_new(&content["schema"], &answer.body) {
        let body = answer.value();
        let errors = json_schema::errors(&DOCUMENT, &content["schema"], &body);
        assert!(
            errors.is_empty(),
            "{}: {errors:#?} in {body:#}",
            answer.what
        );
    }
}

/// Panics where the document of frames does not allow what the server said.
pub fn check_frame(text: &[u8]) {
    if !is_new(&FRAMES, text) {
        return;
    }
    let frame: Value = serde_json::from_slice(text).unwrap();
    // The one that it is: to try them all takes long, and says little of what is wrong.
    let variants = FRAMES["$defs"]["ServerFrame"]["oneOf"].as_array().unwrap();
    let variant = variants
        .iter()
        .find(|variant| variant["properties"]["type"]["const"] == frame["type"])
        .unwrap_or_else(|| panic!("the document has no such frame: {frame}"));
    let errors = json_schema::errors(&FRAMES, variant, &frame);
    assert!(errors.is_empty(), "{errors:#?} in {frame:#}");
}
