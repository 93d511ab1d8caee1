//! The page without a browser.

use crate::server::{Server, id, request, span, trace};

#[test]
fn list_shows_flows_and_a_flow_shows_its_spans() {
    let server = Server::start();
    assert!(server.page("/").contains("No span has arrived yet"));
    server.send(&request(&[
        span(0, "send", &[]),
        span(1, "handle", &[0]),
        span(5, "alone", &[]),
    ]));
    let flows = server.flows();
    assert_eq!(
        flows,
        [format!("/flow/{}", trace(5)), format!("/flow/{}", trace(0))]
    );
    let page = server.page(&flows[1]);
    assert!(page.contains("<svg") && page.contains("handle") && !page.contains("alone"));
    // Each trace of a flow has a page.
    assert!(
        server
            .page(&format!("/flow/{}", trace(1)))
            .contains("handle")
    );
}

#[test]
fn producer_shows_all_its_consumers_and_a_consumer_its_producer() {
    let server = Server::start();
    server.send(&request(&[
        span(0, "send", &[]),
        span(1, "bill", &[0]),
        span(2, "pack", &[0]),
    ]));
    let producer = server.page(&format!("/flow/{}/{}", trace(0), id(0)));
    assert!(producer.contains("Handled by 2"));
    for consumer in [1, 2] {
        let link = format!(r#"<li><a href="/flow/{}/{}">"#, trace(consumer), id(0));
        assert!(producer.contains(&link), "{link}");
    }
    let consumer = server.page(&format!("/flow/{}/{}", trace(1), id(0)));
    assert!(consumer.contains("Caused by 1"));
    // The link leads to the other trace, not to its own: grafana#48018.
    assert!(consumer.contains(&format!(
        r#"<li><a href="/flow/{}/{}">send</a>"#,
        trace(0),
        id(0)
    )));
}

#[test]
fn flow_that_is_not_kept_is_not_found() {
    let server = Server::start();
    server.send(&request(&[span(0, "send", &[])]));
    let unknown = format!("/flow/{}", trace(7));
    let unknown_span = format!("/flow/{}/{}", trace(0), id(7));
    for path in [
        &*unknown,
        &*unknown_span,
        "/flow/junk",
        "/picture/junk",
        "/flow/../etc",
        "/none",
    ] {
        assert_eq!(server.get(path).status(), 404, "{path}");
    }
}

#[test]
fn page_has_no_code_in_its_markup_and_a_policy_that_forbids_it() {
    let server = Server::start();
    let hostile = r#"<script>alert(1)</script>" onload="alert(2)" style="x"#;
    server.send(&request(&[span(0, hostile, &[]), span(1, hostile, &[0])]));
    for path in ["/".to_owned(), format!("/flow/{}/{}", trace(0), id(0))] {
        let response = server.get(&path);
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            policy.starts_with("default-src 'none';") && !policy.contains("unsafe"),
            "{policy}"
        );
        let page = response.text().unwrap();
        assert_eq!(page.matches("<script").count(), 1, "{path}");
        assert!(
            !page.contains(" onload=\"") && !page.contains(" style=\""),
            "{path}"
        );
    }
}

#[test]
fn picture_of_hostile_names_is_standalone_xml() {
    let server = Server::start();
    server.send(&request(&[
        span(0, "</svg><script>\\u0000\\u001b", &[]),
        span(1, "&amp;<", &[0]),
    ]));
    let response = server.get(&format!("/picture/{}", trace(0)));
    assert_eq!(response.headers()["content-type"], "image/svg+xml");
    let svg = response.text().unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    assert!(
        document
            .descendants()
            .any(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "style")))
    );
    assert!(
        !document
            .descendants()
            .any(|node| node.tag_name().name() == "script")
    );
}

#[test]
fn evicted_spans_are_reported() {
    let server = Server::with(&["--keep", "10"]);
    let spans: Vec<String> = (0..25).map(|number| span(number, "send", &[])).collect();
    server.send(&request(&spans));
    let page = server.page("/");
    assert!(page.contains("Evicted: 15 spans"), "{page}");
    assert_eq!(server.flows().len(), 10);
}

#[test]
fn many_flows_are_listed_on_several_pages() {
    let server = Server::start();
    let spans: Vec<String> = (0..250).map(|number| span(number, "send", &[])).collect();
    server.send(&request(&spans));
    assert_eq!(server.flows().len(), 100);
    assert!(
        server
            .page("/")
            .contains(r#"<a href="/after/100" rel="next">"#)
    );
    let last = server.page("/after/200");
    assert_eq!(last.matches("<a href=\"/flow/").count(), 50);
    assert!(last.contains(r#"<a href="/after/100" rel="prev">"#) && !last.contains("next"));
}

#[test]
fn page_is_there_on_both_addresses_of_this_machine() {
    let server = Server::start();
    let port = server.web.rsplit(':').next().unwrap().to_owned();
    let client = reqwest::blocking::Client::new();
    for host in ["127.0.0.1", "[::1]", "localhost"] {
        let response = client.get(format!("http://{host}:{port}/")).send().unwrap();
        assert_eq!(response.status(), 200, "{host}");
    }
}

#[test]
fn live_update_is_sent_when_spans_arrive() {
    use std::io::{BufRead, BufReader};

    let server = Server::start();
    let mut lines = BufReader::new(server.get("/events"))
        .lines()
        .map(Result::unwrap);
    let mut next = || lines.find(|line| line.starts_with("data: ")).unwrap();
    assert_eq!(next(), "data: 0");
    server.send(&request(&[span(0, "send", &[])]));
    assert_eq!(next(), "data: 1");
}
