use linked_span::linked_span;

#[linked_span(send("loans"))]
fn lend() {}

#[linked_span(send("loans", topic = "x"))]
fn borrow() {}

fn main() {}
