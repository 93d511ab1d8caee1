use linked_span::linked_span;

#[linked_span(send("loans"))]
fn lend() {}

#[linked_span(send("loans", topic = "x"))]
fn borrow() {}

#[linked_span(send("loans", "aws_sqs"))]
fn second_destination() {}

#[linked_span(send("loans", "returns", system = "redis"))]
fn two_destinations() {}

#[linked_span(send(system = "redis"))]
fn no_destination() {}

fn main() {}
