//! What compiles. Each file in this folder is a case: it compiles without a warning, and its test checks that each body ran
//! inside its span.
//!
//! The cases are modules of one program, since a link for each of them took longer than all other tests together. A case
//! that needs its own crate attributes, or lints that a test harness turns off, is a program of `Cargo.toml`.

#![allow(clippy::all)]

mod async_fn;
mod async_trait;
mod batches;
mod boxed_future;
mod boxed_future_after_statements;
mod boxed_future_by_name;
mod cfg_of_parameters;
mod control_flow;
mod derive_enums;
mod derive_from_macro_rules;
mod derive_generics;
mod derive_structs;
mod errors_with_lifetimes;
mod fan_in_extras;
mod fan_in_from_macro_rules;
mod fan_in_inputs;
mod fan_in_keys;
mod fan_in_lists;
mod fan_in_merged_topic;
mod fan_in_names;
mod fan_in_on_expired;
mod fan_in_options;
mod fan_in_results;
mod fan_in_send;
mod fan_in_tracing_instrument;
mod function_from_macro_rules;
mod future_not_send;
mod future_send;
mod generics;
mod lifetimes;
mod opaque_future;
mod opaque_return_types;
mod option_attributes;
mod option_choices;
mod option_crate;
mod option_level;
mod option_name;
mod option_origin;
mod option_origin_lists;
mod option_scope;
mod option_tracer;
mod patterns;
mod patterns_of_futures;
mod plain_fn;
mod qualifiers;
mod raw_identifiers;
mod receivers;
mod recursion;
mod result_never;
mod tokio_attributes;
mod tracing_instrument;
mod track_caller;
mod trait_methods;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn every_file_of_the_folder_is_compiled() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files: BTreeSet<String> = fs::read_dir(package.join("pass"))
        .expect("a folder")
        .map(|file| file.expect("a file").file_name())
        .map(|name| name.into_string().expect("a name"))
        .filter(|name| name != "main.rs")
        .collect();
    let manifest = fs::read_to_string(package.join("Cargo.toml")).expect("a manifest");
    let programs = manifest.lines().filter_map(|line| {
        let path = line.strip_prefix("path = \"pass/")?;
        path.strip_suffix('"')
            .filter(|name| *name != "main.rs")
            .map(str::to_owned)
    });
    let modules = include_str!("main.rs").lines().filter_map(|line| {
        let name = line.strip_prefix("mod ")?.strip_suffix(';')?;
        Some(format!("{name}.rs"))
    });
    let compiled: BTreeSet<String> = modules.chain(programs).collect();
    let forgotten: Vec<_> = files.difference(&compiled).collect();
    assert!(
        forgotten.is_empty(),
        "add `mod NAME;` to tests/compile/pass/main.rs for {forgotten:?}"
    );
}
