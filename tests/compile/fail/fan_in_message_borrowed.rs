//! Messages that borrow from their consumer. `tests/brokers/kafka` compiles the same with the client itself.

use linked_span::fan_in;

struct BorrowedMessage<'m>(&'m [u8]);

#[fan_in(
    payment(rdkafka, key = payment.0.len()),
    inventory(rdkafka, key = inventory.0.len())
)]
async fn elided(payment: BorrowedMessage<'_>, inventory: &BorrowedMessage<'_>) {}

#[fan_in(
    payment(rdkafka, key = payment.0.len()),
    packed(rdkafka, key = packed.0.len(), count = 2, id = packed.0.len())
)]
fn named<'m>(payment: &BorrowedMessage<'m>, packed: Vec<BorrowedMessage<'m>>) {}

fn main() {}
