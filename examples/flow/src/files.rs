//! Files of OTLP JSON, as a collector's file exporter writes them: a request a line.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use flow_drawing::{Graph, Hrefs, Picture, Span, SpanId, TraceId, Tree, view};

use crate::receive::{Format, read};

type Failure = Box<dyn Error + Send + Sync>;

/// Writes the largest flow of a file as SVG.
pub(crate) fn draw(file: Option<&Path>) -> Result<(), Failure> {
    write(&picture(&spans(file)?)?)
}

/// Writes the spans of a file as a tree.
pub(crate) fn print(file: Option<&Path>) -> Result<(), Failure> {
    write(&Tree::of(&spans(file)?).to_string())
}

/// A reader such as `head` may close the output early. That is no failure.
fn write(text: &str) -> Result<(), Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn picture(spans: &[Span]) -> Result<String, Failure> {
    let largest = largest(spans);
    let graph = Graph::of(largest.iter().copied());
    let Some(first) = graph.traces().iter().flatten().find_map(|&node| {
        let span = graph.node(node).span()?;
        Some((node, span))
    }) else {
        return Err("the file has no spans".into());
    };
    let flows = count(spans);
    if flows > 1 {
        eprintln!("drew the largest of {flows} flows");
    }
    let view = view(graph, None, Some(first.0));
    if let Some(hidden) = view.hidden {
        eprintln!(
            "drew what lies before and after {}; {} traces and {} spans are not drawn",
            flow_drawing::Printable(&hidden.around.name),
            hidden.traces,
            hidden.spans,
        );
    }
    let picture = Picture {
        view: &view,
        title: &first.1.name,
        captions: &[],
        times: true,
        alone: true,
        hrefs: Hrefs::None,
    };
    Ok(picture.to_string())
}

/// Keeps the last of each repeated span.
fn spans(file: Option<&Path>) -> Result<Vec<Span>, Failure> {
    let input: Box<dyn BufRead> = match file {
        Some(path) if path.as_os_str() != "-" => {
            let file = File::open(path)
                .map_err(|error| format!("cannot open {}: {error}", path.display()))?;
            Box::new(BufReader::new(file))
        }
        _ => Box::new(BufReader::new(io::stdin())),
    };
    let mut places: HashMap<(TraceId, SpanId), usize> = HashMap::new();
    let mut spans: Vec<Span> = Vec::new();
    let mut invalid = 0;
    for (number, line) in (1..).zip(input.split(b'\n')) {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let batch =
            read(&line, Format::Json).map_err(|refusal| format!("line {number}: {refusal}"))?;
        invalid += batch.invalid;
        for span in batch.spans {
            match places.entry((span.trace, span.id)) {
                std::collections::hash_map::Entry::Occupied(place) => spans[*place.get()] = span,
                std::collections::hash_map::Entry::Vacant(place) => {
                    place.insert(spans.len());
                    spans.push(span);
                }
            }
        }
    }
    if invalid > 0 {
        eprintln!("left out {invalid} spans without a valid id");
    }
    Ok(spans)
}

/// The number of each trace's flow, which links connect.
fn flows(spans: &[Span]) -> HashMap<TraceId, usize> {
    let mut beside: HashMap<TraceId, HashSet<TraceId>> = HashMap::new();
    for span in spans {
        beside.entry(span.trace).or_default();
        for (to, _) in span.links.iter().filter_map(|link| link.to) {
            beside.entry(span.trace).or_default().insert(to);
            beside.entry(to).or_default().insert(span.trace);
        }
    }
    let mut flows = HashMap::new();
    for (number, span) in spans.iter().enumerate() {
        let mut reached = vec![span.trace];
        while let Some(trace) = reached.pop() {
            if let std::collections::hash_map::Entry::Vacant(place) = flows.entry(trace) {
                place.insert(number);
                reached.extend(beside.get(&trace).into_iter().flatten());
            }
        }
    }
    flows
}

fn count(spans: &[Span]) -> usize {
    let flows = flows(spans);
    let numbers = spans.iter().map(|span| flows[&span.trace]);
    numbers.collect::<HashSet<_>>().len()
}

/// The first of the flows with the most spans.
fn largest(spans: &[Span]) -> Vec<&Span> {
    let flows = flows(spans);
    let mut members: HashMap<usize, Vec<&Span>> = HashMap::new();
    for span in spans {
        members.entry(flows[&span.trace]).or_default().push(span);
    }
    let largest = members
        .into_iter()
        .max_by_key(|(flow, spans)| (spans.len(), std::cmp::Reverse(*flow)));
    largest.map(|(_, spans)| spans).unwrap_or_default()
}
