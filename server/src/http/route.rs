//! A route: how it is served and what the document says of it, from one statement, so that there
//! is no route that the document does not know.

use std::collections::BTreeMap;

use actix_web::{FromRequest, Handler, Resource, Responder, http::Method, web};
use schemars::SchemaGenerator;
use shared::ErrorCode;

use super::describe::{Describe, Operation};

/// One method of one path.
pub(super) struct Route {
    pub method: Method,
    /// Below its section's prefix.
    pub path: &'static str,
    /// The handler's module and name, which no other route has.
    pub id: String,
    /// For people who read the document.
    pub does: &'static str,
    refuses: &'static [ErrorCode],
    describe: fn(&mut Operation<'_>),
    served: actix_web::Route,
}

/// Routes about one thing.
pub(super) struct Section {
    pub name: &'static str,
    pub about: &'static str,
    /// What their paths begin with.
    pub prefix: &'static str,
    pub routes: Vec<Route>,
}

impl Route {
    fn new<F, Args>(method: Method, path: &'static str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + Describe + 'static,
        F::Output: Responder + Describe + 'static,
    {
        let mut names = std::any::type_name::<F>().rsplit("::");
        let (name, module) = (names.next(), names.next());
        Self {
            id: format!(
                "{}_{}",
                module.unwrap_or_default(),
                name.unwrap_or_default()
            ),
            path,
            does: "",
            refuses: &[],
            describe: |operation| <(Args, F::Output)>::describe(operation),
            served: web::method(method.clone()).to(handler),
            method,
        }
    }

    /// What it is for, in Markdown; the first sentence is its title.
    pub fn does(self, does: &'static str) -> Self {
        Self { does, ..self }
    }

    /// What it refuses beside what follows from the handler's signature.
    pub fn refuses(self, refuses: &'static [ErrorCode]) -> Self {
        Self { refuses, ..self }
    }

    /// What the document says of it.
    pub fn describe<'a>(&self, schemas: &'a mut SchemaGenerator) -> Operation<'a> {
        let mut operation = Operation::new(schemas);
        (self.describe)(&mut operation);
        operation.refuses(self.refuses);
        if self.path.contains('{') {
            // What cannot be an id names nothing.
            operation.refuses(&[ErrorCode::NotFound]);
        }
        operation
    }
}

macro_rules! methods {
    ($($name:ident $method:ident)+) => {$(
        /// A route of that method.
        pub(super) fn $name<F, Args>(path: &'static str, handler: F) -> Route
        where
            F: Handler<Args>,
            Args: FromRequest + Describe + 'static,
            F::Output: Responder + Describe + 'static,
        {
            Route::new(Method::$method, path, handler)
        }
    )+};
}

methods! { get GET  post POST  put PUT  patch PATCH  delete DELETE }

/// One resource for each path; a method that a path does not have is answered like a path that is
/// not there.
pub(super) fn resources(routes: impl IntoIterator<Item = Route>) -> impl Iterator<Item = Resource> {
    let mut paths: BTreeMap<&'static str, Vec<actix_web::Route>> = BTreeMap::new();
    for route in routes {
        paths.entry(route.path).or_default().push(route.served);
    }
    paths.into_iter().map(|(path, routes)| {
        let resource = web::resource(path).default_service(web::to(super::no_such_route));
        routes.into_iter().fold(resource, Resource::route)
    })
}
