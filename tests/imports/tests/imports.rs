//! The results of the checker on sources made for it.

use std::collections::BTreeSet;

use linked_span_tests_imports::graph::Graph;
use linked_span_tests_imports::{drawing, rules};

/// Returns the imports of a file, among files with these texts.
fn imports(file: &str, sources: &[(&str, &str)]) -> Vec<String> {
    let graph = Graph::of(sources).expect("Rust");
    graph.imports[file].iter().cloned().collect()
}

const EVENT: (&str, &str) = (
    "event/mod.rs",
    "pub mod attributes; pub use self::attributes::Attributes; pub struct Event;",
);
const ATTRIBUTES: (&str, &str) = (
    "event/attributes.rs",
    "pub struct Attributes; pub fn text() {}",
);

#[test]
fn path_in_a_use_is_an_import() {
    for source in [
        "use crate::event::attributes::Attributes;",
        "use crate::event::{Attributes as List};",
        "use crate::event::{attributes::{self, text}};",
        "use super::event::Attributes;",
        "fn f() { crate::event::Attributes::new() }",
        "use crate::event; fn f() { event::attributes::text() }",
        "mod inner { fn f() { super::super::event::attributes::text() } }",
        "macro_rules! m { () => { $crate::event::attributes::text() } }",
        "fn f(list: &mut crate::event::Attributes) {}",
        "fn f() { if true { let _ = [crate::event::attributes::text()]; } }",
    ] {
        let sources = [EVENT, ATTRIBUTES, ("span.rs", source)];
        assert_eq!(
            imports("span.rs", &sources),
            ["event/attributes.rs"],
            "{source}"
        );
    }
}

#[test]
fn path_that_leads_elsewhere_is_no_import() {
    for source in [
        "use std::event::Attributes;",
        "use opentelemetry::{Key, Value};\nfn f() { Key::new(); event::text() }",
        "/// [`crate::event::Attributes`]\nfn f() { \"crate::event::Attributes\"; }",
        "#[cfg(test)] mod tests { use crate::event::Attributes; }",
        "#[cfg(test)] use crate::event::Attributes;\nfn f() {}",
        "mod inner { pub fn f() {} } fn g() { inner::f() } use self::inner::f;",
        "use crate::event;",
        "fn f() -> impl Sized + use<'_> { crate::own(); }",
        "macro_rules! m { () => { $crate::__private::attributes::text() } }",
    ] {
        let sources = [
            EVENT,
            ATTRIBUTES,
            ("lib.rs", "mod event; mod span;"),
            ("span.rs", source),
        ];
        let found = imports("span.rs", &sources);
        let expected: &[&str] = if source.contains("crate::own") {
            &["lib.rs"]
        } else {
            &[]
        };
        assert_eq!(found, expected, "{source}");
    }
}

#[test]
fn re_export_leads_to_the_file_that_defines_the_item() {
    let lib = (
        "lib.rs",
        "pub use crate::event::{Attributes, Event}; pub use self::event::attributes::*;",
    );
    let span = (
        "span.rs",
        "use crate::Attributes; use crate::Event; use crate::text;",
    );
    let sources = [EVENT, ATTRIBUTES, lib, span];
    assert_eq!(
        imports("span.rs", &sources),
        ["event/attributes.rs", "event/mod.rs"]
    );
    assert_eq!(imports("lib.rs", &sources), [""; 0]);
}

#[test]
fn item_of_the_parent_is_an_import_of_the_parent_s_file() {
    let parent = (
        "event/mod.rs",
        "mod a; pub fn trim() {} fn f() { a::read() }",
    );
    let child = ("event/a.rs", "use super::trim; pub fn read() {}");
    assert_eq!(imports("event/a.rs", &[parent, child]), ["event/mod.rs"]);
    assert_eq!(imports("event/mod.rs", &[parent, child]), ["event/a.rs"]);
}

#[test]
fn circle_between_files_is_found_through_others() {
    let sources = [
        ("span/a.rs", "use super::b::B; pub struct A;"),
        ("span/b.rs", "use super::c::C; pub struct B;"),
        ("span/c.rs", "use super::a::A; pub struct C;"),
        ("span/d.rs", "use super::a::A;"),
    ];
    let graph = Graph::of(&sources).expect("Rust");
    let circle: BTreeSet<String> = ["span/a.rs", "span/b.rs", "span/c.rs"]
        .map(String::from)
        .into();
    assert_eq!(graph.circles(), [circle]);
    assert!(
        rules::check(&graph)
            .concat()
            .contains("cut the circle span/a.rs span/b.rs span/c.rs")
    );
}

#[test]
fn folder_that_imports_one_above_it_is_refused() {
    let sources = [
        (
            "origin/mod.rs",
            "use crate::span::request::Request; pub struct Origin;",
        ),
        ("span/mod.rs", "pub mod request;"),
        ("span/request.rs", "pub struct Request;"),
        ("event/mod.rs", "pub use crate::span::request::Request;"),
    ];
    let graph = Graph::of(&sources).expect("Rust");
    assert_eq!(
        rules::check(&graph),
        [
            "let event/mod.rs not import span/request.rs, which is above it",
            "let origin/mod.rs not import span/request.rs, which is above it",
        ]
    );
}

#[test]
fn folder_that_imports_one_below_it_is_accepted() {
    let sources = [
        (
            "lib.rs",
            "mod origin; mod span; pub use crate::origin::Origin; pub use crate::span::request::Request;",
        ),
        ("origin/mod.rs", "pub struct Origin;"),
        (
            "span/mod.rs",
            "pub mod request; pub use self::request::Request;",
        ),
        ("span/request.rs", "use crate::Origin; pub struct Request;"),
    ];
    let graph = Graph::of(&sources).expect("Rust");
    assert_eq!(rules::check(&graph), [""; 0]);
    assert_eq!(drawing::of_folders(&graph).lines().count(), 2);
    assert_eq!(drawing::of_files(&graph, "span"), "mod  request\n");
}

#[test]
fn folder_without_a_place_is_refused() {
    let graph = Graph::of(&[("news/mod.rs", "")]).expect("Rust");
    let broken = rules::check(&graph).concat();
    assert!(broken.contains("add the folder news"), "{broken}");
}

#[test]
fn sixth_file_at_the_root_is_refused() {
    let name = |number| (format!("file_{number}.rs"), "");
    let five: Vec<_> = (0..5).map(name).collect();
    let six: Vec<_> = (0..6).map(name).collect();
    assert_eq!(rules::check(&Graph::of(&five).expect("Rust")), [""; 0]);
    assert_eq!(rules::check(&Graph::of(&six).expect("Rust")).len(), 1);
}
