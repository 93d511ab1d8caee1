//! Expansions of typical handlers and events, in `snapshots/`. They document what the macros generate.
//!
//! After a change, run `INSTA_UPDATE=always cargo test -p linked-span-macros`, and read the difference.

use proc_macro2::TokenStream;
use quote::quote;

/// Compares the expansion of `#[linked_span(args)]` with its snapshot.
fn handler(name: &str, args: TokenStream, item: &TokenStream) {
    compare(name, crate::handler::expand(args, item));
}

/// Compares an expansion with the snapshot of this name.
fn compare(name: &str, expansion: TokenStream) {
    let file = syn::parse2(expansion).expect("an expansion of whole items");
    // The scope of a handler contains the version of this crate.
    let expansion = prettyplease::unparse(&file).replace(env!("CARGO_PKG_VERSION"), "1.2.3");
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, expansion));
}

#[test]
fn plain_fn_has_its_body_in_a_span() {
    handler(
        "plain",
        quote!(event),
        &quote! {
            /// Documented.
            pub fn send_receipt(event: &PaymentConfirmed, mailer: &Mailer) -> Result<Receipt, MailError> {
                let receipt = mailer.send(&event.order_id)?;
                Ok(receipt)
            }
        },
    );
}

#[test]
fn async_fn_collects_its_options() {
    handler(
        "async_with_options",
        quote! {
            event(attributes(region = %event.region)),
            name = format!("consume_{}", event.kind),
            kind = internal,
            relationship = "caused_by",
            attributes(order.id = event.order_id, keys::REGION = ?event.region),
            parent = root,
            errors = type,
            scope = "event.processor"
        },
        &quote! {
            async fn consume(&self, event: Event) -> Result<(), Error> {
                self.store(event).await
            }
        },
    );
}

/// Metrics get literal labels only: this handler computes its group, so the group is not a label.
#[test]
fn message_of_a_client() {
    handler(
        "message_of_a_client",
        quote!(message(
            rdkafka,
            client = kafka::client,
            destination = "orders",
            group = self.group
        )),
        &quote! {
            async fn consume(&self, message: &BorrowedMessage<'_>) {
                self.store(message).await;
            }
        },
    );
}

#[test]
fn function_that_sends() {
    handler(
        "function_that_sends",
        quote!(send("orders", system = "kafka")),
        &quote! {
            async fn publish(&self, order: &Order) -> Result<(), KafkaError> {
                self.producer.send(order).await
            }
        },
    );
}

#[test]
fn boxed_future_starts_its_span_at_the_first_poll() {
    handler(
        "boxed_future",
        quote!(event),
        &quote! {
            fn handle<'s>(&'s self, event: &'s Event) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 's>> {
                Box::pin(async move { self.store(event).await })
            }
        },
    );
}

#[test]
fn fan_in_generates_a_type_of_joins() {
    let expansion = crate::fan_in::expand(
        quote!(payment, inventory(key = inventory.order.id), errors = type),
        &quote! {
            /// Ships what is paid.
            pub async fn fulfill_order(
                payment: PaymentConfirmed,
                inventory: &InventoryReserved,
                shipping: &Shipping,
            ) -> Result<Receipt, ShipError> {
                shipping.ship(payment, inventory).await
            }
        },
    );
    compare("fan_in", expansion);
}

#[test]
fn derive_reads_marked_and_named_fields() {
    compare(
        "derive_on_a_struct",
        crate::event::expand(quote! {
            #[event(type = "payment.confirmed")]
            struct PaymentConfirmed<T> {
                id: T,
                #[event(key, attribute = "order.id")]
                order_id: u64,
                metadata: Origin,
            }
        }),
    );
}
