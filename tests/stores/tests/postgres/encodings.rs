//! Inputs that the server can never store.

use linked_span::fan_in::{FanInIdentity, Postgres, Store, StoreError, Token, Verdict};
use linked_span_tests_stores::{Fixture, POLICY, Payload};
use sqlx::AssertSqlSafe;

use crate::schema::{Schema, declare};
use crate::server::{connect, options};

fn text(text: &str) -> Payload {
    let text = text.to_owned();
    Payload { id: 7, text }
}

async fn refusal(store: &Postgres, payload: Payload) -> StoreError {
    let refused = store.arrive("order", &POLICY, 0.into(), payload.clone(), Token::random());
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.payload, payload);
    refused.error
}

#[tokio::test]
async fn character_that_the_database_does_not_have_is_unencodable() {
    let admin = connect(options()).await;
    let create =
        "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0";
    sqlx::raw_sql(AssertSqlSafe(create))
        .execute(&admin)
        .await
        .unwrap();
    let pool = connect(options().database("latin")).await;
    Postgres::new(pool.clone()).migrate().await.unwrap();
    for are_prepared in [true, false] {
        let store = Postgres::new(pool.clone()).prepared_statements(are_prepared);
        declare(&store);
        let error = refusal(&store, text("\u{1F980}")).await;
        assert!(matches!(error, StoreError::Unencodable(_)), "{error:?}");
        let kept = store.arrive("order", &POLICY, 0.into(), text("\u{e9}"), Token::random());
        kept.await.unwrap();
    }
}

#[tokio::test]
async fn name_with_a_nul_byte_is_unencodable() {
    let schema = Schema::begin().await;
    for are_prepared in [true, false] {
        let store = schema
            .store()
            .prepared_statements(are_prepared)
            .named("a\0b");
        declare(&store);
        let error = refusal(&store, text("")).await;
        assert!(matches!(error, StoreError::Unencodable(_)), "{error:?}");
    }
}

#[tokio::test]
async fn input_that_is_too_large_to_be_read_again_is_unencodable() {
    let schema = Schema::begin().await;
    let store = schema.store();
    declare(&store);
    let error = refusal(&store, text(&"x".repeat(17 << 20))).await;
    assert!(matches!(error, StoreError::Unencodable(_)), "{error:?}");
}

const INPUTS: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

#[tokio::test]
async fn large_inputs_whose_characters_are_escaped_are_read_again() {
    let schema = Schema::begin().await;
    let policy = POLICY.inputs(12);
    let store = schema.store().prepared_statements(false);
    Store::<Payload>::declare(
        &store,
        FanInIdentity::new("ship", &INPUTS, &["Payload"; 12]),
    );
    // JSON escapes a quote, and so do literals and arrays.
    let payload = text(&"\"".repeat(1 << 18));
    for input in 0..11 {
        let kept = store.arrive(
            "order",
            &policy,
            input.into(),
            payload.clone(),
            Token::random(),
        );
        kept.await.unwrap();
    }
    let last = store.arrive(
        "order",
        &policy,
        11.into(),
        payload.clone(),
        Token::random(),
    );
    let Verdict::Run(claim) = last.await.unwrap().verdict else {
        panic!("all have come");
    };
    assert_eq!(claim.inputs.len(), 12);
    assert!(claim.inputs.iter().all(|input| *input.payload == payload));
}
