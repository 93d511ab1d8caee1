// An event of this version.

use client::event::ExtensionValue;
use client::{AttributesReader as _, Event, EventBuilder as _, EventBuilderV10};

const ONE: &str = "00-11111111111111111111111111111111-1111111111111111-01";
const TWO: &str = "00-22222222222222222222222222222222-2222222222222222-01";

fn event(extensions: &[(&str, &str)]) -> Event {
    let builder = EventBuilderV10::new().id("7").source("/shop").ty("order.created");
    let builder = builder.subject("order-7").data("text/plain", "paid");
    let extensions = extensions.iter();
    extensions
        .fold(builder, |builder, (name, value)| builder.extension(name, *value))
        .build()
        .expect("an event")
}
