//! Spans, and the parts of their drawing.

use flow_drawing::{
    Attribute, Graph, Hrefs, Kind, Link, Picture, Span, SpanId, Status, TraceId, view,
};

pub(crate) const MS: u64 = 1_000_000;

pub(crate) fn trace(number: u64) -> TraceId {
    let mut bytes = [7; 16];
    bytes[..8].copy_from_slice(&(number + 1).to_be_bytes());
    TraceId::from_slice(&bytes).unwrap()
}

pub(crate) fn id(number: u64) -> SpanId {
    SpanId::from_slice(&(number + 1).to_be_bytes()).unwrap()
}

/// Returns the first span of a new trace, which starts `number` milliseconds after a fixed time.
pub(crate) fn span(number: u64, name: &str) -> Span {
    Span {
        trace: trace(number),
        id: id(0),
        parent: None,
        name: name.to_owned(),
        kind: Kind::Consumer,
        service: "service".into(),
        start: (1_000 + number) * MS,
        end: (1_001 + number) * MS,
        status: Status::Unset,
        attributes: Vec::new(),
        events: Vec::new(),
        links: Vec::new(),
    }
}

pub(crate) fn child(parent: &Span, number: u64, name: &str) -> Span {
    Span {
        id: id(number),
        parent: Some(parent.id),
        name: name.to_owned(),
        kind: Kind::Internal,
        links: Vec::new(),
        ..parent.clone()
    }
}

pub(crate) fn link(mut handler: Span, producer: &Span, relationship: &str) -> Span {
    handler.links.push(Link {
        to: Some((producer.trace, producer.id)),
        attributes: vec![Attribute {
            key: "link.relationship".to_owned(),
            value: relationship.to_owned(),
        }],
    });
    handler
}

pub(crate) fn failed(mut span: Span) -> Span {
    span.status = Status::Error("no".to_owned());
    span
}

/// Draws spans, and parses the drawing as XML.
pub(crate) fn draw(spans: &[Span]) -> Drawn {
    draw_around(spans, None)
}

/// Draws spans around a selected span.
pub(crate) fn draw_around(spans: &[Span], selected: Option<&Span>) -> Drawn {
    let graph = Graph::of(spans);
    let selected = selected.and_then(|span| graph.find(span.trace, span.id));
    let view = view(graph, selected, Some(0));
    let picture = Picture {
        view: &view,
        title: "title",
        captions: &[],
        times: true,
        alone: true,
        hrefs: Hrefs::To("/flow/"),
    };
    let hidden = view.hidden.map(|hidden| (hidden.traces, hidden.spans));
    Drawn::of(&picture.to_string(), hidden)
}

/// Draws spans as text.
pub(crate) fn svg(spans: &[Span]) -> String {
    let view = view(Graph::of(spans), None, Some(0));
    let picture = Picture {
        view: &view,
        title: "title",
        captions: &[],
        times: true,
        alone: false,
        hrefs: Hrefs::To("/flow/"),
    };
    picture.to_string()
}

/// The contents of a drawing.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) svg: String,
    pub(crate) texts: Vec<String>,
    pub(crate) paths: Vec<String>,
    pub(crate) hidden: Option<(usize, usize)>,
    /// The left, top, right and bottom edges of each bar.
    pub(crate) bars: Vec<(f64, f64, f64, f64)>,
    pub(crate) cards: usize,
}

impl Drawn {
    fn of(svg: &str, hidden: Option<(usize, usize)>) -> Self {
        let document = roxmltree::Document::parse(svg).unwrap();
        let classed = |name: &'static str, class: &'static str| {
            document.descendants().filter(move |node| {
                let classes = node.attribute("class").unwrap_or_default();
                node.has_tag_name(("http://www.w3.org/2000/svg", name))
                    && classes.split(' ').any(|one| one == class)
            })
        };
        let text = |node: roxmltree::Node<'_, '_>| node.text().unwrap_or_default().to_owned();
        let texts = document
            .descendants()
            .filter(|node| node.tag_name().name() == "text");
        let number = |node: &roxmltree::Node<'_, '_>, name| {
            node.attribute(name).unwrap().parse::<f64>().unwrap()
        };
        let bars = classed("rect", "bar").map(|bar| {
            let (x, y) = (number(&bar, "x"), number(&bar, "y"));
            (x, y, x + number(&bar, "width"), y + number(&bar, "height"))
        });
        let heads = classed("text", "service");
        Self {
            texts: texts.map(text).collect(),
            paths: classed("path", "link")
                .filter(roxmltree::Node::has_children)
                .map(|path| path.attribute("d").unwrap().to_owned())
                .collect(),
            bars: bars.collect(),
            cards: heads.count(),
            hidden,
            svg: svg.to_owned(),
        }
    }

    pub(crate) fn says(&self, text: &str) -> bool {
        self.texts.iter().any(|said| said == text)
    }
}
