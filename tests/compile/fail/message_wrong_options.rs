use linked_span::linked_span;
use linked_span::messaging::Message;

struct Order;

fn describe(order: &Order) -> Message<'_> {
    let _ = order;
    Message::new("kafka")
}

#[linked_span(order(destination = "orders"))]
fn destination_without_a_client(order: &Order) {}

#[linked_span(order(view = |order| Message::new("kafka")))]
fn closure(order: &Order) {}

#[linked_span(order(rdkafka, view = describe))]
fn two_readers(order: &Order) {}

#[linked_span(order(view = describe, client = rdkafka))]
fn client_of_a_view(order: &Order) {}

#[linked_span(order(rdkafka, lapin))]
fn two_clients(order: &Order) {}

#[linked_span(order(view))]
fn view_without_a_value(order: &Order) {}

#[linked_span(order(rdkafka, client = "rdkafka"))]
fn client_that_is_no_path(order: &Order) {}

#[linked_span(order, destination = "orders")]
fn option_outside_of_the_parentheses(order: &Order) {}

#[linked_span(order(rdkafka), system = "redis")]
fn option_of_a_named_parameter(copies: u32, order: &Order) {
    let _ = copies;
}

#[linked_span(send("orders", system = "redis"), template = "x")]
fn option_of_send() {}

#[linked_span(system = "redis", destination = "orders", send("orders", system = "redis"))]
fn options_of_send(order: &Order) {}

#[linked_span(order(rdkafka), template = "x", send("orders", system = "redis"))]
fn option_of_a_parameter_or_of_send(order: &Order) {}

fn main() {
    option_of_a_named_parameter(1, &Order);
    option_of_send();
    options_of_send(&Order);
    option_of_a_parameter_or_of_send(&Order);
    destination_without_a_client(&Order);
    closure(&Order);
    two_readers(&Order);
    client_of_a_view(&Order);
    two_clients(&Order);
    view_without_a_value(&Order);
    client_that_is_no_path(&Order);
    option_outside_of_the_parentheses(&Order);
}
