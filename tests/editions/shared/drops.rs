//! Parameters, bindings and temporaries drop in the same order, and before the span ends.

use std::future::Future;
use std::pin::Pin;

use linked_span_tests_edition::{
    ignore, install, log, logged, order, poll_and_drop, wait, Note, Order, Yield,
};

/// Returns the log of a function without the attribute.
pub(crate) fn logged_without(part: impl FnOnce()) -> Vec<String> {
    install();
    logged(part)
}

/// Returns an event that is never dropped.
fn kept() -> &'static Order {
    Box::leak(Box::new(order("kept")))
}

pub(crate) fn assert_same(name: &str, without: Vec<String>, with: Vec<String>) {
    assert!(!without.is_empty(), "{}: nothing was logged", name);
    let (ends, drops): (Vec<_>, Vec<_>) = with.iter().partition(|line| line.starts_with("end "));
    assert_eq!(ends.len(), 1, "{}: {:?}", name, with);
    assert_eq!(
        drops,
        without.iter().collect::<Vec<_>>(),
        "{}: {:?}",
        name,
        with
    );
    let after_the_end = with
        .iter()
        .skip_while(|line| !line.starts_with("end "))
        .nth(1);
    let is_over = after_the_end.map_or(true, |line| line == "returned" || line == "panicked");
    assert!(is_over, "{}: {:?}", name, with);
    let has_panicked = without.last().map_or(false, |line| line == "panicked");
    assert_eq!(
        ends[0].contains("\"panicked\""),
        has_panicked,
        "{}: {}",
        name,
        ends[0]
    );
}

twice!(plain (event) {
    pub(crate) fn handle(event: &Order, tx: Note, savepoint: Note) {
        tx.touch();
        savepoint.touch();
        event.note.touch();
    }
});

twice!(mentioned_in_reverse (event) {
    pub(crate) fn handle(a: Note, b: Note, event: &Order, c: Note) {
        c.touch();
        b.touch();
        a.touch();
        event.note.touch();
    }
});

twice!(#[allow(unused_variables)] unused (event) {
    pub(crate) fn handle(first: Note, event: Order, second: Note, third: Note) {
        second.touch();
    }
});

twice!(all_unused (event) {
    pub(crate) fn handle(event: &Order, _first: Note, _: Note, _third: Note) {
        event.note.touch();
    }
});

twice!(partly_moved (event) {
    pub(crate) fn handle(event: Order, pair: (Note, Note), last: Note) {
        last.touch();
        drop(event.note);
        drop(pair.0);
    }
});

twice!(moved (event) {
    pub(crate) fn handle(event: Order, first: Note, second: Note) -> Note {
        first.touch();
        drop(second);
        let local = Note("local");
        local.touch();
        drop(event);
        first
    }
});

twice!(only_fields (event) {
    pub(crate) fn handle(event: &Order, pair: (Note, Note), other: (Note, Note)) -> usize {
        event.note.touch() + other.1.touch() + pair.1.touch() + pair.0.touch()
    }
});

twice!(early_return (event) {
    pub(crate) fn handle(event: Order, tx: Note, early: bool) -> usize {
        if early {
            let local = Note("early");
            return tx.touch() + local.touch();
        }
        let local = Note("late");
        event.note.touch() + tx.touch() + local.touch()
    }
});

twice!(question_mark (event) {
    pub(crate) fn handle(event: &Order, tx: Note, savepoint: Note) -> Result<usize, String> {
        let local = Note("local");
        tx.touch();
        let failed = savepoint.fail()?;
        Ok(event.note.touch() + local.touch() + failed)
    }
});

twice!(panics (event) {
    pub(crate) fn handle(event: Order, tx: Note, savepoint: Note) {
        let local = Note("local");
        savepoint.touch();
        assert!(tx.touch() == 0, "as it should");
        event.note.touch();
        local.touch();
    }
});

twice!(#[allow(unused_assignments)] mutable (event) {
    pub(crate) fn handle(event: &Order, mut first: Note, mut second: Note, third: Note, mut fourth: Note) {
        third.touch();
        fourth.change();
        second = Note("second again");
        second.touch();
        first.change();
        event.note.touch();
    }
});

twice!(mutable_event (event) {
    pub(crate) fn handle(tx: Note, mut event: Order, savepoint: Note) -> u32 {
        savepoint.touch();
        event.number += 1;
        event.note.change();
        tx.touch();
        event.number
    }
});

twice!(tuples (event) {
    pub(crate) fn handle(event: &Order, (a, b): (Note, Note), c: Note, (d, _): (Note, Note)) {
        a.touch();
        c.touch();
        d.touch();
        b.touch();
        event.note.touch();
    }
});

twice!(wildcards (event) {
    pub(crate) fn handle(first: Note, (_, b): (Note, Note), _: Note, (ref c, _): (Note, Note), event: Order) {
        c.touch();
        b.touch();
        first.touch();
        event.note.touch();
    }
});

twice!(#[allow(unused_variables)] unused_bindings (event) {
    pub(crate) fn handle(event: &Order, [a, .., b]: [Note; 3], whole @ (..): (Note, Note)) {
        event.note.touch();
    }
});

twice!(alternatives (event) {
    pub(crate) fn handle(tx: Note, (Ok(event) | Err(event)): Result<Order, Order>, savepoint: Note) {
        tx.touch();
        event.note.touch();
        savepoint.touch();
    }
});

twice!(only_a_pattern () {
    pub(crate) fn handle(Order { note, .. }: Order) {
        note.touch();
    }
});

twice!(mutable_in_a_pattern () {
    pub(crate) fn handle([mut first, second]: [Order; 2]) {
        first.note.change();
        second.note.touch();
        first.number = 3;
    }
});

twice!(#[allow(unused_variables)] spoken_of (event, attributes(first = first.0, number = event.number)) {
    pub(crate) fn handle(first: Note, event: Order, second: Note) {
        second.touch();
        first.touch();
    }
});

twice!(generic (event) {
    pub(crate) fn handle<T: Into<String>, const SIZE: usize>(
        event: &Order,
        notes: [Note; SIZE],
        text: T,
        printed: impl std::fmt::Debug,
    ) -> String {
        event.note.touch();
        log(&format!("{:?}", printed));
        notes[0].touch();
        text.into()
    }
});

twice!(temporaries (event) {
    pub(crate) fn handle(event: Order, tx: Note) -> usize {
        let local = Note("local");
        Note("temporary").touch() + tx.touch() + local.touch() + event.note.touch()
    }
});

twice!(temporaries_of_a_pattern (event) {
    pub(crate) fn handle(event: &Order, (a, _): (Note, Note)) -> usize {
        event.note.touch() + Note("temporary").touch() + a.touch()
    }
});

twice!(begins_with_items (event) {
    pub(crate) fn handle(event: Order, tx: Note) -> usize {
        const LENGTH: usize = 3;
        fn length(note: &Note) -> usize {
            note.touch()
        }
        LENGTH + length(&tx) + length(&event.note)
    }
});

twice!(batch (events) {
    pub(crate) fn handle(events: Vec<Order>, tx: Note, list: [Note; 2]) -> usize {
        list[1].touch();
        tx.touch();
        events.len()
    }
});

twice!(moved_batch (events) {
    pub(crate) fn handle(events: Vec<Order>, tx: Note) -> usize {
        let mut handled = 0;
        for event in events {
            handled += event.note.touch();
        }
        handled + tx.touch()
    }
});

twice!(several (first, second) {
    pub(crate) fn handle(first: Order, tx: Note, second: Order) -> usize {
        tx.touch() + first.note.touch() + second.note.touch()
    }
});

twice!(#[allow(unused_assignments)] with_cfg (event) {
    pub(crate) fn handle(
        event: &Order,
        #[cfg(not(any()))] first: Note,
        #[cfg(any())] missing: DoesNotExist,
        #[allow(unused_variables)] unused: Note,
        #[expect(unused_variables)] expected: Note,
        #[cfg_attr(all(), allow(unused_variables))] mut second: Note,
        third: Note,
    ) {
        third.touch();
        first.touch();
        second = Note("second again");
        event.note.touch();
    }
});

method_twice!(by_value (event) {
    pub(crate) fn handle(self, event: &Order, tx: Note, savepoint: Note) {
        tx.touch();
        self.0.touch();
        savepoint.touch();
        event.note.touch();
    }
});

method_twice!(unused_self (event) {
    pub(crate) fn handle(self, event: Order, tx: Note) {
        event.note.touch();
        tx.touch();
    }
});

method_twice!(mutable_self (event) {
    pub(crate) fn handle(mut self, event: &Order, tx: Note) {
        self.0.change();
        tx.touch();
        event.note.touch();
    }
});

method_twice!(boxed_self (event) {
    pub(crate) fn handle(self: Box<Self>, tx: Note, event: Order) {
        tx.touch();
        event.note.touch();
        self.0.touch();
    }
});

method_twice!(by_reference (event) {
    pub(crate) fn handle(&self, event: &Order, tx: Note, savepoint: Note) {
        tx.touch();
        self.0.touch();
        savepoint.touch();
        event.note.touch();
    }
});

method_twice!(by_mutable_reference (event) {
    pub(crate) fn handle(&mut self, tx: Note, event: Order, savepoint: Note) {
        self.0.change();
        tx.touch();
        savepoint.touch();
        event.note.touch();
    }
});

twice!(later (event) {
    pub(crate) async fn handle(event: &Order, tx: Note, savepoint: Note) {
        tx.touch();
        Yield::default().await;
        savepoint.touch();
        event.note.touch();
    }
});

twice!(#[allow(unused_variables)] unused_later (event) {
    pub(crate) async fn handle(first: Note, event: Order, _: Note, second: Note, third: Note) {
        Yield::default().await;
        second.touch();
    }
});

twice!(patterns_later (event) {
    pub(crate) async fn handle((a, _): (Note, Note), event: Order, mut b: Note, (c, d): (Note, Note)) {
        b.change();
        Yield::default().await;
        b = Note("b again");
        a.touch();
        d.touch();
        c.touch();
        b.touch();
        event.note.touch();
    }
});

twice!(only_a_pattern_later () {
    pub(crate) async fn handle(Order { note, id, .. }: Order) -> usize {
        Yield::default().await;
        note.touch() + id.len()
    }
});

twice!(alternatives_later (event) {
    pub(crate) async fn handle((Ok(event) | Err(event)): Result<Order, Order>, tx: Note) -> usize {
        Yield::default().await;
        tx.touch() + event.note.touch()
    }
});

twice!(question_mark_later (event) {
    pub(crate) async fn handle(event: Order, tx: Note, savepoint: Note) -> Result<usize, String> {
        let local = Note("local");
        tx.touch();
        Yield::default().await;
        let failed = savepoint.fail()?;
        Ok(event.note.touch() + local.touch() + failed)
    }
});

twice!(panics_later (event) {
    pub(crate) async fn handle(event: Order, tx: Note, savepoint: Note) {
        savepoint.touch();
        Yield::default().await;
        assert!(tx.touch() == 0, "as it should");
        event.note.touch();
    }
});

twice!(temporaries_later (event) {
    pub(crate) async fn handle(event: Order, tx: Note, (a, _): (Note, Note)) -> usize {
        let local = Note("local");
        Yield::default().await;
        Note("temporary").touch() + tx.touch() + local.touch() + event.note.touch() + a.touch()
    }
});

twice!(batch_later (events) {
    pub(crate) async fn handle(events: Vec<Order>, tx: Note, list: [Note; 2]) -> usize {
        list[1].touch();
        Yield::default().await;
        tx.touch();
        events.len()
    }
});

method_twice!(by_value_later (event) {
    pub(crate) async fn handle(self, event: Order, tx: Note, savepoint: Note) {
        tx.touch();
        Yield::default().await;
        self.0.touch();
        savepoint.touch();
        event.note.touch();
    }
});

twice!(boxed (event) {
    pub(crate) fn handle(event: Order, tx: Note, savepoint: Note) -> Pin<Box<dyn Future<Output = usize>>> {
        Box::pin(async move {
            Yield::default().await;
            savepoint.touch() + tx.touch() + event.note.touch()
        })
    }
});

twice!(boxed_after_statements (event) {
    pub(crate) fn handle(tx: Note, event: Order, (a, _): (Note, Note)) -> Pin<Box<dyn Future<Output = usize>>> {
        let length = tx.touch() + a.touch();
        Box::pin(async move {
            Yield::default().await;
            length + event.note.touch()
        })
    }
});

twice!(opaque (event) {
    pub(crate) fn handle(event: Order, tx: Note, savepoint: Note) -> impl Future<Output = usize> {
        async move {
            Yield::default().await;
            savepoint.touch() + tx.touch() + event.note.touch()
        }
    }
});

twice!(opaque_with_a_pattern () {
    pub(crate) fn handle(Order { note, .. }: Order) -> impl Future<Output = usize> {
        async move {
            Yield::default().await;
            note.touch()
        }
    }
});

twice!(opaque_after_statements (event) {
    pub(crate) fn handle(tx: Note, event: Order, unused: Note) -> impl Future<Output = usize> {
        let length = tx.touch() + unused.touch();
        async move {
            Yield::default().await;
            length + event.note.touch()
        }
    }
});

#[test]
fn plain_functions_drop_the_same() {
    assert_same_log!(plain, handle(kept(), Note("tx"), Note("savepoint")));
    assert_same_log!(
        mentioned_in_reverse,
        handle(Note("a"), Note("b"), kept(), Note("c"))
    );
    assert_same_log!(
        unused,
        handle(Note("first"), order("event"), Note("second"), Note("third"))
    );
    assert_same_log!(
        all_unused,
        handle(kept(), Note("first"), Note("second"), Note("third"))
    );
    assert_same_log!(
        partly_moved,
        handle(order("event"), (Note("left"), Note("right")), Note("last"))
    );
    assert_same_log!(moved, {
        let first = handle(order("event"), Note("first"), Note("second"));
        log("returned");
        drop(first);
    });
    assert_same_log!(
        only_fields,
        ignore(handle(
            kept(),
            (Note("a"), Note("b")),
            (Note("c"), Note("d"))
        ))
    );
    assert_same_log!(several, ignore(handle(order("1"), Note("tx"), order("2"))));
}

#[test]
fn exits_of_every_kind_drop_the_same() {
    assert_same_log!(
        early_return,
        ignore(handle(order("event"), Note("tx"), true))
    );
    assert_same_log!(
        early_return,
        ignore(handle(order("event"), Note("tx"), false))
    );
    assert_same_log!(
        question_mark,
        assert!(handle(kept(), Note("tx"), Note("savepoint")).is_err())
    );
    assert_same_log!(
        panics,
        handle(order("event"), Note("tx"), Note("savepoint"))
    );
}

#[test]
fn mutable_parameters_and_patterns_drop_the_same() {
    assert_same_log!(
        mutable,
        handle(
            kept(),
            Note("first"),
            Note("second"),
            Note("third"),
            Note("fourth")
        )
    );
    assert_same_log!(
        mutable_event,
        ignore(handle(Note("tx"), order("event"), Note("savepoint")))
    );
    assert_same_log!(
        tuples,
        handle(
            kept(),
            (Note("a"), Note("b")),
            Note("c"),
            (Note("d"), Note("e"))
        )
    );
    assert_same_log!(
        wildcards,
        handle(
            Note("first"),
            (Note("a"), Note("b")),
            Note("ignored"),
            (Note("c"), Note("d")),
            order("event")
        )
    );
    assert_same_log!(
        unused_bindings,
        handle(
            kept(),
            [Note("a"), Note("b"), Note("c")],
            (Note("d"), Note("e"))
        )
    );
    assert_same_log!(
        alternatives,
        handle(Note("tx"), Ok(order("event")), Note("savepoint"))
    );
    assert_same_log!(
        alternatives,
        handle(Note("tx"), Err(order("event")), Note("savepoint"))
    );
    assert_same_log!(only_a_pattern, handle(order("event")));
    assert_same_log!(mutable_in_a_pattern, handle([order("1"), order("2")]));
    assert_same_log!(
        spoken_of,
        handle(Note("first"), order("event"), Note("second"))
    );
}

#[test]
fn generics_temporaries_and_batches_drop_the_same() {
    assert_same_log!(
        generic,
        ignore(handle(
            kept(),
            [Note("a"), Note("b")],
            "text",
            Note("printed")
        ))
    );
    assert_same_log!(temporaries, ignore(handle(order("event"), Note("tx"))));
    assert_same_log!(
        temporaries_of_a_pattern,
        ignore(handle(kept(), (Note("a"), Note("b"))))
    );
    assert_same_log!(
        begins_with_items,
        ignore(handle(order("event"), Note("tx")))
    );
    let batch = || vec![order("1"), order("2")];
    assert_same_log!(
        batch,
        ignore(handle(batch(), Note("tx"), [Note("a"), Note("b")]))
    );
    assert_same_log!(moved_batch, ignore(handle(batch(), Note("tx"))));
    assert_same_log!(
        with_cfg,
        handle(
            kept(),
            Note("first"),
            Note("unused"),
            Note("expected"),
            Note("second"),
            Note("third")
        )
    );
}

#[test]
fn methods_drop_the_same() {
    let notes = || (Note("tx"), Note("savepoint"));
    assert_same_log!(by_value, {
        let (tx, savepoint) = notes();
        Service(Note("self")).handle(kept(), tx, savepoint);
    });
    assert_same_log!(
        unused_self,
        Service(Note("self")).handle(order("event"), Note("tx"))
    );
    assert_same_log!(
        mutable_self,
        Service(Note("self")).handle(kept(), Note("tx"))
    );
    assert_same_log!(
        boxed_self,
        Box::new(Service(Note("self"))).handle(Note("tx"), order("event"))
    );
    assert_same_log!(by_reference, {
        let (tx, savepoint) = notes();
        std::mem::ManuallyDrop::new(Service(Note("self"))).handle(kept(), tx, savepoint);
    });
    assert_same_log!(by_mutable_reference, {
        let (tx, savepoint) = notes();
        std::mem::ManuallyDrop::new(Service(Note("self"))).handle(tx, order("event"), savepoint);
    });
}

#[test]
fn async_functions_drop_the_same() {
    assert_same_log!(later, wait(handle(kept(), Note("tx"), Note("savepoint"))));
    assert_same_log!(
        unused_later,
        wait(handle(
            Note("first"),
            order("event"),
            Note("ignored"),
            Note("second"),
            Note("third")
        ))
    );
    assert_same_log!(
        patterns_later,
        wait(handle(
            (Note("a"), Note("_")),
            order("event"),
            Note("b"),
            (Note("c"), Note("d"))
        ))
    );
    assert_same_log!(only_a_pattern_later, ignore(wait(handle(order("event")))));
    assert_same_log!(
        alternatives_later,
        ignore(wait(handle(Err(order("event")), Note("tx"))))
    );
    assert_same_log!(
        question_mark_later,
        assert!(wait(handle(order("event"), Note("tx"), Note("savepoint"))).is_err())
    );
    assert_same_log!(
        panics_later,
        wait(handle(order("event"), Note("tx"), Note("savepoint")))
    );
    assert_same_log!(
        temporaries_later,
        ignore(wait(handle(
            order("event"),
            Note("tx"),
            (Note("a"), Note("b"))
        )))
    );
    assert_same_log!(
        batch_later,
        ignore(wait(handle(
            vec![order("1"), order("2")],
            Note("tx"),
            [Note("a"), Note("b")]
        )))
    );
    assert_same_log!(
        by_value_later,
        wait(Service(Note("self")).handle(order("event"), Note("tx"), Note("savepoint")))
    );
}

#[test]
fn cancelled_futures_drop_the_same() {
    assert_same_log!(
        unused_later,
        poll_and_drop(handle(
            Note("first"),
            order("event"),
            Note("ignored"),
            Note("second"),
            Note("third")
        ))
    );
    assert_same_log!(
        patterns_later,
        poll_and_drop(handle(
            (Note("a"), Note("_")),
            order("event"),
            Note("b"),
            (Note("c"), Note("d"))
        ))
    );
    assert_same_log!(
        temporaries_later,
        poll_and_drop(handle(order("event"), Note("tx"), (Note("a"), Note("b"))))
    );
    assert_same_log!(
        by_value_later,
        poll_and_drop(Service(Note("self")).handle(order("event"), Note("tx"), Note("savepoint")))
    );
}

#[test]
fn returned_futures_drop_the_same() {
    let notes = || (order("event"), Note("tx"), Note("savepoint"));
    assert_same_log!(boxed, {
        let (event, tx, savepoint) = notes();
        wait(handle(event, tx, savepoint));
    });
    assert_same_log!(boxed_after_statements, {
        let future = handle(Note("tx"), order("event"), (Note("a"), Note("b")));
        log("called");
        wait(future);
    });
    assert_same_log!(opaque, {
        let (event, tx, savepoint) = notes();
        wait(handle(event, tx, savepoint));
    });
    assert_same_log!(opaque, {
        let (event, tx, savepoint) = notes();
        poll_and_drop(handle(event, tx, savepoint));
    });
    assert_same_log!(opaque_with_a_pattern, {
        let future = handle(order("event"));
        log("called");
        wait(future);
    });
    assert_same_log!(opaque_after_statements, {
        let future = handle(Note("tx"), order("event"), Note("unused"));
        log("called");
        wait(future);
    });
}

twice!(unused_fails_to_drop (event) {
    pub(crate) fn handle(event: &Order, _unused: FailsToDrop) {
        event.note.touch();
    }
});

twice!(unused_fails_to_drop_later (event) {
    pub(crate) async fn handle(event: &Order, _unused: FailsToDrop) {
        event.note.touch();
    }
});

/// Panics when it is dropped.
#[derive(Debug)]
pub(crate) struct FailsToDrop;

impl Drop for FailsToDrop {
    fn drop(&mut self) {
        panic!("as it should");
    }
}

#[test]
fn panic_in_the_drop_of_an_unused_parameter_is_recorded() {
    assert_same_log!(unused_fails_to_drop, handle(kept(), FailsToDrop));
    assert_same_log!(
        unused_fails_to_drop_later,
        wait(handle(kept(), FailsToDrop))
    );
}
