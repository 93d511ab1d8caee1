//! Headers that producers in other languages have sent; `recorded/record` writes them.

/// The headers of one message, and the span of its producer.
#[derive(Debug)]
pub struct Recorded {
    /// The language, the instrumentation and the client.
    pub producer: &'static str,
    pub trace_id: &'static str,
    pub span_id: &'static str,
    /// Names and values in the order on the wire. A value may be null.
    pub headers: Vec<(&'static str, Option<&'static str>)>,
}

/// Reads a recorded file: blocks with an empty line between them.
///
/// # Panics
///
/// If the file is malformed.
#[must_use]
pub fn recorded(file: &'static str) -> Vec<Recorded> {
    let blocks = file.split("\n\n").filter(|block| !block.trim().is_empty());
    blocks.map(block).collect()
}

fn block(block: &'static str) -> Recorded {
    let mut lines = block.lines();
    let mut line = |word: &str| {
        let line = lines.next().and_then(|line| line.strip_prefix(word));
        line.expect("the line of this word").trim()
    };
    let producer = line("producer ");
    let (trace_id, span_id) = line("context ").split_once(' ').expect("two ids");
    let headers = lines.map(|line| {
        let header = line.strip_prefix("header ").expect("a header");
        match header.split_once(" = ") {
            Some((name, value)) => (name, Some(value)),
            None => (header, None),
        }
    });
    Recorded {
        producer,
        trace_id,
        span_id,
        headers: headers.collect(),
    }
}
