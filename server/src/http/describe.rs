//! What the document says of a route, read off its handler's signature: what the handler takes
//! says what a request must bring and how it can be refused, what it returns says the answers.

use actix_web::{
    Either, HttpRequest,
    web::{self, Data, Json},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use shared::ErrorCode;

use super::App;

/// Something in a handler's signature.
pub(super) trait Describe {
    /// Adds what it means for the route.
    fn describe(operation: &mut Operation<'_>);
}

/// A route's entry in the document, as far as it is known.
pub(super) struct Operation<'a> {
    pub schemas: &'a mut SchemaGenerator,
    /// Parameters of the query and the header; those of the path follow from the path.
    pub parameters: Vec<Value>,
    pub body: Option<Schema>,
    /// Ways to show who one is, one of which is needed; empty where nobody is asked.
    pub security: Vec<Value>,
    pub successes: Vec<Success>,
    pub refusals: Vec<ErrorCode>,
}

/// An answer that is no refusal.
pub(super) struct Success {
    pub status: u16,
    pub description: &'static str,
    /// Media type and schema.
    pub content: Option<(&'static str, Schema)>,
    /// Name and description.
    pub header: Option<(&'static str, &'static str)>,
}

impl<'a> Operation<'a> {
    pub fn new(schemas: &'a mut SchemaGenerator) -> Self {
        Self {
            schemas,
            parameters: Vec::new(),
            body: None,
            security: Vec::new(),
            successes: Vec::new(),
            refusals: Vec::new(),
        }
    }

    pub fn refuses(&mut self, codes: &[ErrorCode]) {
        for code in codes {
            if !self.refusals.contains(code) {
                self.refusals.push(*code);
            }
        }
    }

    /// An answer with a JSON body.
    pub fn answers<T: JsonSchema>(&mut self, status: u16, description: &'static str) {
        let schema = self.schemas.subschema_for::<T>();
        self.successes.push(Success {
            status,
            description,
            content: Some(("application/json", schema)),
            header: None,
        });
    }

    /// An answer of any other form.
    pub fn answers_with(
        &mut self,
        status: u16,
        description: &'static str,
        media_type: Option<&'static str>,
    ) {
        let text = self.schemas.subschema_for::<String>();
        let content = media_type.map(|media_type| (media_type, text));
        self.successes.push(Success {
            status,
            description,
            content,
            header: None,
        });
    }

    /// One parameter for each field of `T`, which is flat.
    pub fn query<T: JsonSchema>(&mut self) {
        let mut fields = T::json_schema(self.schemas);
        for convention in self.schemas.transforms_mut() {
            convention.transform(&mut fields);
        }
        let required = fields
            .get("required")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let properties = fields
            .get("properties")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_else(Map::new);
        for (name, mut schema) in properties {
            let description = schema
                .as_object_mut()
                .and_then(|schema| schema.remove("description"));
            let is_required = required.contains(&Value::from(name.as_str()));
            self.parameters.push(json!({
                "name": name,
                "in": "query",
                "required": is_required,
                "description": description.unwrap_or_default(),
                "schema": schema,
            }));
        }
    }
}

/// Nothing by itself: the handler that takes it says what it does with it.
impl Describe for HttpRequest {
    fn describe(_: &mut Operation<'_>) {}
}

/// Frames, which the document of frames describes.
impl Describe for web::Payload {
    fn describe(_: &mut Operation<'_>) {}
}

/// The path's template names its parameters.
impl<T> Describe for web::Path<T> {
    fn describe(_: &mut Operation<'_>) {}
}

/// What reaches the store can find it away, and the server stopping.
impl Describe for Data<App> {
    fn describe(operation: &mut Operation<'_>) {
        operation.refuses(&[ErrorCode::Internal, ErrorCode::Unavailable]);
    }
}

impl<T: JsonSchema> Describe for Json<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<T>(200, "Done.");
    }
}

impl Describe for &'static str {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_with(200, "So it is.", Some("text/plain"));
    }
}

/// Errors are described by what can raise them.
impl<T: Describe, E> Describe for Result<T, E> {
    fn describe(operation: &mut Operation<'_>) {
        T::describe(operation);
    }
}

impl<A: Describe, B: Describe> Describe for Either<A, B> {
    fn describe(operation: &mut Operation<'_>) {
        A::describe(operation);
        B::describe(operation);
    }
}

macro_rules! describe_tuples {
    ($(($($part:ident)*))+) => {$(
        impl<$($part: Describe),*> Describe for ($($part,)*) {
            fn describe(_operation: &mut Operation<'_>) {
                $($part::describe(_operation);)*
            }
        }
    )+};
}

describe_tuples! { () (A) (A B) (A B C) (A B C D) (A B C D E) }
