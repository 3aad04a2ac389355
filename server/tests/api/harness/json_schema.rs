//! JSON Schema 2020-12, as far as the documents use it; a keyword beyond that fails the tests, so
//! that nothing is taken for checked that is not.
//!
//! Not a crate: those there are change the features of what the server is made of, and all of it
//! would be compiled once more.

use std::{cell::RefCell, collections::HashMap, fmt};

use regex::Regex;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Every way in which the value breaks the schema, which may refer to places of `root`.
pub fn errors(root: &Value, schema: &Value, value: &Value) -> Vec<String> {
    if fits(root, schema, value) {
        return Vec::new();
    }
    // Again, with words: nearly everything fits, and these tests judge a lot.
    let mut errors = Vec::new();
    let mut say = |at: &At<'_>, words: String| errors.push(format!("{at}: {words}"));
    Judge {
        root,
        say: Some(&mut say),
        is_broken: false,
    }
    .judge(schema, value, &At::TOP);
    errors
}

fn fits(root: &Value, schema: &Value, value: &Value) -> bool {
    let mut judge = Judge {
        root,
        say: None,
        is_broken: false,
    };
    judge.judge(schema, value, &At::TOP);
    !judge.is_broken
}

/// Panics where a schema, or one inside it, has a keyword that is not known here or is of the wrong
/// form.
pub fn check(schema: &Value) {
    let Some(keywords) = schema.as_object() else {
        assert!(schema.is_boolean(), "{schema} is no schema");
        return;
    };
    for (keyword, value) in keywords {
        match keyword.as_str() {
            "properties" => value.as_object().unwrap().values().for_each(check),
            "items" | "additionalProperties" | "not" | "propertyNames" => check(value),
            "anyOf" | "oneOf" | "allOf" => value.as_array().unwrap().iter().for_each(check),
            "pattern" => drop(pattern(value.as_str().unwrap())),
            "patternProperties" => {
                for (name, schema) in value.as_object().unwrap() {
                    let _ = pattern(name);
                    check(schema);
                }
            }
            "required" | "enum" => assert!(value.is_array(), "{keyword}: {value}"),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "maxProperties" | "minimum"
            | "maximum" => assert!(value.is_number(), "{keyword}: {value}"),
            "type" | "format" | "description" | "title" | "$ref" => {
                assert!(value.is_string(), "{keyword}: {value}");
            }
            "const" => {}
            other => panic!("{other}: unknown to server/tests/api/harness/json_schema.rs"),
        }
    }
}

thread_local! {
    /// Compiled once: every frame that the tests hear is judged.
    static PATTERNS: RefCell<HashMap<String, Regex>> = RefCell::default();
}

/// Rust writes an escape as JavaScript does not.
fn pattern(text: &str) -> Regex {
    PATTERNS.with_borrow_mut(|patterns| {
        let compile = || {
            let escape = Regex::new(r"\\u([0-9a-f]{4})").unwrap();
            Regex::new(&escape.replace_all(text, r"\x{$1}")).unwrap()
        };
        patterns
            .entry(text.to_owned())
            .or_insert_with(compile)
            .clone()
    })
}

/// Where in the value.
struct At<'a> {
    above: Option<&'a At<'a>>,
    name: &'a str,
}

impl At<'_> {
    const TOP: At<'static> = At {
        above: None,
        name: "",
    };
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.above {
            Some(above) => write!(f, "{above}/{}", self.name),
            None => Ok(()),
        }
    }
}

type Say<'a> = &'a mut dyn FnMut(&At<'_>, String);

struct Judge<'a> {
    root: &'a Value,
    /// Without it only whether.
    say: Option<Say<'a>>,
    is_broken: bool,
}

impl Judge<'_> {
    fn breaks(&mut self, at: &At<'_>, words: impl FnOnce() -> String) {
        self.is_broken = true;
        if let Some(say) = &mut self.say {
            say(at, words());
        }
    }

    fn judge(&mut self, schema: &Value, value: &Value, at: &At<'_>) {
        let keywords = match schema {
            Value::Object(keywords) => keywords,
            Value::Bool(true) => return,
            _ => return self.breaks(at, || "nothing is allowed here".to_owned()),
        };
        for (keyword, rule) in keywords {
            if self.is_over() {
                return;
            }
            match keyword.as_str() {
                "$ref" => {
                    let place = rule.as_str().unwrap().trim_start_matches('#');
                    let schema = self.root.pointer(place).expect("a place in the document");
                    self.judge(schema, value, at);
                }
                "allOf" => list(rule)
                    .iter()
                    .for_each(|schema| self.judge(schema, value, at)),
                // The format says the same, and is judged in no time.
                "pattern"
                    if keywords
                        .get("format")
                        .is_some_and(|format| format == "uuid") => {}
                _ if !self.holds(keyword, rule, value) => {
                    self.breaks(at, || format!("{keyword} {rule}: {value}"));
                }
                _ => {}
            }
        }
        if let Some(fields) = value.as_object() {
            self.fields(keywords, fields, at);
        }
        if let (Some(schema), Some(items)) = (keywords.get("items"), value.as_array()) {
            for item in items {
                self.judge(
                    schema,
                    item,
                    &At {
                        above: Some(at),
                        name: "*",
                    },
                );
            }
        }
    }

    /// Nobody asks what else is wrong.
    fn is_over(&self) -> bool {
        self.is_broken && self.say.is_none()
    }

    /// Whether a value keeps a rule that is about it as a whole.
    fn holds(&self, keyword: &str, rule: &Value, value: &Value) -> bool {
        let characters = || value.as_str().map(|text| text.chars().count());
        let items = || value.as_array().map(Vec::len);
        match keyword {
            "anyOf" => self.fitting(rule, value) > 0,
            "oneOf" => self.fitting(rule, value) == 1,
            "not" => !fits(self.root, rule, value),
            "const" => rule == value,
            "enum" => list(rule).contains(value),
            "type" => is_of(rule.as_str().unwrap(), value),
            "minimum" => value.as_i128().is_none_or(|n| n >= rule.as_i128().unwrap()),
            "maximum" => value.as_i128().is_none_or(|n| n <= rule.as_i128().unwrap()),
            "minLength" => characters().is_none_or(|length| length >= count(rule)),
            "maxLength" => characters().is_none_or(|length| length <= count(rule)),
            "pattern" => value
                .as_str()
                .is_none_or(|text| pattern(rule.as_str().unwrap()).is_match(text)),
            "format" if rule == "uuid" => value
                .as_str()
                .is_none_or(|text| text.len() == 36 && Uuid::try_parse(text).is_ok()),
            "minItems" => items().is_none_or(|length| length >= count(rule)),
            "maxItems" => items().is_none_or(|length| length <= count(rule)),
            "maxProperties" => value
                .as_object()
                .is_none_or(|fields| fields.len() <= count(rule)),
            _ => true,
        }
    }

    fn fields(&mut self, keywords: &Map<String, Value>, fields: &Map<String, Value>, at: &At<'_>) {
        for name in keywords.get("required").map_or(&[][..], list) {
            if !fields.contains_key(name.as_str().unwrap()) {
                self.breaks(at, || format!("{name} is missing"));
            }
        }
        let properties = keywords.get("properties").and_then(Value::as_object);
        let patterns = keywords.get("patternProperties").and_then(Value::as_object);
        for (name, value) in fields {
            let at = At {
                above: Some(at),
                name,
            };
            let known = properties.and_then(|properties| properties.get(name));
            let by_pattern = || {
                let mut patterns = patterns.into_iter().flatten();
                let found = patterns.find(|(text, _)| pattern(text).is_match(name));
                found.map(|(_, schema)| schema)
            };
            let other = || keywords.get("additionalProperties");
            if let Some(schema) = known.or_else(by_pattern).or_else(other) {
                self.judge(schema, value, &at);
            }
            if let Some(schema) = keywords.get("propertyNames") {
                self.judge(schema, &name.as_str().into(), &at);
            }
        }
    }

    fn fitting(&self, schemas: &Value, value: &Value) -> usize {
        let is_fitting = |schema: &&Value| fits(self.root, schema, value);
        list(schemas).iter().filter(is_fitting).count()
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("an array")
}

fn count(rule: &Value) -> usize {
    usize::try_from(rule.as_u64().unwrap()).unwrap()
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("{other} is no type"),
    }
}

trait Integer {
    fn as_i128(&self) -> Option<i128>;
}

impl Integer for Value {
    fn as_i128(&self) -> Option<i128> {
        self.as_i64()
            .map(i128::from)
            .or_else(|| self.as_u64().map(i128::from))
    }
}

#[test]
fn a_value_is_judged_by_every_keyword() {
    let root = serde_json::json!({ "known": { "type": "integer", "minimum": 1, "maximum": 3 } });
    let fits = |schema: &str, value: &str| {
        let schema = serde_json::from_str(schema).unwrap();
        check(&schema);
        errors(&root, &schema, &serde_json::from_str(value).unwrap()).is_empty()
    };
    for (schema, good, bad) in [
        (r##"{"$ref":"#/known"}"##, "3", "4"),
        (r##"{"$ref":"#/known"}"##, "1", "0"),
        (r##"{"$ref":"#/known"}"##, "2", r#""2""#),
        (r#"{"type":"boolean"}"#, "true", "null"),
        (
            r#"{"format":"uuid","pattern":"^x$"}"#,
            r#""01890a5d-ac96-774b-bcce-b302099a8057""#,
            r#""01890a5dac96774bbcceb302099a8057""#,
        ),
        (r#"{"const":"a"}"#, r#""a""#, r#""b""#),
        (r#"{"enum":["a",1]}"#, "1", "2"),
        (r#"{"minLength":2,"maxLength":3}"#, r#""éé""#, r#""é""#),
        (r#"{"maxLength":3}"#, r#""abc""#, r#""abcd""#),
        (
            r#"{"pattern":"^[^\\u0000-\\u001f]*$"}"#,
            r#""a b""#,
            r#""a\nb""#,
        ),
        (
            r#"{"items":{"type":"string"},"minItems":1,"maxItems":2}"#,
            r#"["a"]"#,
            "[1]",
        ),
        (r#"{"minItems":1}"#, "[1]", "[]"),
        (r#"{"maxItems":1}"#, "[1]", "[1,2]"),
        (r#"{"maxProperties":1}"#, r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
        (r#"{"required":["a"]}"#, r#"{"a":1}"#, r#"{"b":1}"#),
        (
            r#"{"properties":{"a":{"type":"string"}}}"#,
            r#"{"a":""}"#,
            r#"{"a":1}"#,
        ),
        (
            r#"{"properties":{"a":true},"additionalProperties":false}"#,
            r#"{"a":1}"#,
            r#"{"b":1}"#,
        ),
        (
            r#"{"patternProperties":{"^x":{"const":1}},"additionalProperties":false}"#,
            r#"{"xy":1}"#,
            r#"{"xy":2}"#,
        ),
        (
            r#"{"propertyNames":{"maxLength":1}}"#,
            r#"{"a":1}"#,
            r#"{"ab":1}"#,
        ),
        (r#"{"anyOf":[{"const":1},{"const":2}]}"#, "2", "3"),
        (r#"{"oneOf":[{"minimum":1},{"minimum":5}]}"#, "2", "6"),
        (r#"{"allOf":[{"minimum":1},{"maximum":5}]}"#, "2", "6"),
        (r#"{"not":{"const":1}}"#, "2", "1"),
    ] {
        assert!(fits(schema, good), "{schema} refuses {good}");
        assert!(!fits(schema, bad), "{schema} passes {bad}");
    }
}
