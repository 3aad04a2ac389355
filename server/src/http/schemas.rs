//! JSON Schemas of the wire types, by the conventions of the protocol.

use schemars::{Schema, SchemaGenerator, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::Value;

/// Collects schemas, which refer to each other as `{place}/NAME`.
pub(super) fn generator(place: &'static str) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = place.into();
        settings.meta_schema = None;
    });
    settings
        .with_transform(RecursiveTransform(absent_is_absent))
        .with_transform(RecursiveTransform(bounded))
        .into_generator()
}

/// What may be left out is left out, and never `null`.
fn absent_is_absent(schema: &mut Schema) {
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    let Some(Value::Array(choices)) = schema.get_mut("anyOf") else {
        return;
    };
    choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
    if let [Value::Object(only)] = &choices[..] {
        let only = only.clone();
        schema.remove("anyOf");
        // A description beside the reference is about the field, and stays.
        for (key, value) in only {
            schema.entry(key).or_insert(value);
        }
    }
}

/// Integers end where ours do; a format alone says so to few tools.
fn bounded(schema: &mut Schema) {
    let maximum = match schema.get("format").and_then(Value::as_str) {
        Some("uint8") => u64::from(u8::MAX),
        Some("uint32") => u64::from(u32::MAX),
        Some("uint64") => u64::MAX,
        _ => return,
    };
    if let Some(schema) = schema.as_object_mut() {
        schema.entry("maximum").or_insert(maximum.into());
    }
}
