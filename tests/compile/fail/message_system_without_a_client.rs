use linked_span::linked_span;

struct Order;

#[linked_span(order(system = "rabbitmq"))]
fn system_without_a_client(order: &Order) {}

#[linked_span(order(amqp10, system = "rabbitmq"))]
fn client_by_its_protocol(order: &Order) {}

#[linked_span(order(servicebus))]
fn client_by_its_system(order: &Order) {}

#[linked_span(order, system = "rabbitmq")]
fn option_outside_of_the_parentheses(order: &Order) {}

fn main() {
    system_without_a_client(&Order);
    client_by_its_protocol(&Order);
    client_by_its_system(&Order);
    option_outside_of_the_parentheses(&Order);
}
