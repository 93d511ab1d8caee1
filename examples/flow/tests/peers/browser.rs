//! The page in a browser.

use std::process::Command;

use serde_json::json;

use crate::server::{Server, id, request, span, trace};
use crate::webdriver::Browser;

const TEXT: &str = "return document.getElementById('main').innerText";

#[test]
fn orders_are_as_many_flows_and_each_is_whole() {
    let server = Server::start();
    let browser = Browser::start();
    browser.open(&server.web);
    browser.wait("return document.getElementById('live').textContent === 'live'");
    let printed = Command::new(env!("CARGO"))
        .args([
            "run",
            "--quiet",
            "--package",
            "linked-span-examples",
            "--example",
            "order_fulfillment",
        ])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &server.web)
        .output()
        .unwrap();
    assert!(
        printed.status.success(),
        "{}",
        String::from_utf8_lossy(&printed.stderr)
    );

    // The list updates itself.
    browser.wait("return document.querySelectorAll('.flows tbody a').length === 3");
    browser.wait("return [...document.querySelectorAll('.flows tbody tr')].reduce((sum, row) => sum + +row.cells[2].innerText, 0) === 20");
    let names =
        "return [...document.querySelectorAll('.flows tbody a')].map(flow => flow.innerText)";
    assert_eq!(
        browser.run(names),
        json!(["create_order", "create_order", "create_order"])
    );

    let drawn =
        "return [...document.querySelectorAll('.flow .name')].map(name => name.textContent).sort()";
    let mut failed = 0;
    for path in server.flows() {
        browser.open(&format!("{}{path}", server.web));
        let names = browser.run(drawn);
        let names: Vec<&str> = names
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|name| name.as_str())
            .collect();
        let whole = if names.contains(&"✕ reserve_inventory") {
            failed += 1;
            vec![
                "confirm_payment",
                "create_order",
                "record_metric",
                "record_order_analytics",
                "send_order_confirmation_email",
                "✕ fulfill_order expired",
                "✕ reserve_inventory",
            ]
        } else {
            vec![
                "confirm_payment",
                "create_order",
                "fulfill_order",
                "record_metric",
                "record_order_analytics",
                "reserve_inventory",
                "send_order_confirmation_email",
                "send_tracking_number",
            ]
        };
        assert_eq!(names, whole);
    }
    assert_eq!(failed, 1);
}

#[test]
fn click_on_a_producer_shows_its_consumers_and_back_leads_back() {
    let server = Server::start();
    server.send(&request(&[
        span(0, "send", &[]),
        span(1, "bill", &[0]),
        span(2, "pack", &[0]),
    ]));
    let browser = Browser::start();
    browser.open(&server.web);
    browser.click(&format!("#f{}", trace(0)));
    browser.wait("return !!document.querySelector('.flow')");
    browser.click(&format!("#s{}-{}", trace(0), id(0)));
    browser.wait("return !!document.getElementById('effects')");
    let text = browser.run(TEXT).as_str().unwrap().to_owned();
    assert!(text.contains("Handled by 2"), "{text}");
    let consumers =
        "return [...document.querySelectorAll('#effects + ul a')].map(one => one.innerText)";
    assert_eq!(browser.run(consumers), json!(["bill", "pack"]));
    // The selected span is visible, and its mark does not depend on colour.
    let selected = "const at = document.querySelector('[aria-current] .selected').getBoundingClientRect(); return at.top >= 0 && at.bottom <= innerHeight && at.left >= 0";
    assert_eq!(browser.run(selected), json!(true));

    browser.click("#effects + ul a");
    browser.wait("return document.querySelector('#span h2').innerText === 'bill'");
    browser.back();
    browser.wait("return document.querySelector('#span h2').innerText === 'send'");
    browser.back();
    browser.wait("return !document.getElementById('span') && !!document.querySelector('.flow')");
    browser.back();
    browser.wait("return !!document.querySelector('.flows')");
}

#[test]
fn open_flow_grows_and_keeps_the_focus() {
    let server = Server::start();
    server.send(&request(&[span(0, "send", &[])]));
    let browser = Browser::start();
    browser.open(&format!("{}/flow/{}", server.web, trace(0)));
    let row = format!("s{}-{}", trace(0), id(0));
    browser.run(&format!("document.getElementById('{row}').focus()"));
    server.send(&request(&[span(1, "handle", &[0])]));
    browser.wait("return document.querySelectorAll('.flow .bar').length === 2");
    assert_eq!(browser.run("return document.activeElement.id"), json!(row));
    browser.press("\u{e007}"); // Enter
    browser.wait("return !!document.getElementById('effects')");
}

#[test]
fn hostile_name_stays_text() {
    let server = Server::start();
    let browser = Browser::start();
    let hostile =
        "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">";
    server.send(&request(&[span(0, hostile, &[]), span(1, hostile, &[0])]));
    for path in ["/".to_owned(), format!("/flow/{}/{}", trace(0), id(0))] {
        browser.open(&format!("{}{path}", server.web));
        let text = browser.run(TEXT).as_str().unwrap().to_owned();
        assert!(text.contains("<script>document.title"), "{text}");
        assert_eq!(
            browser.run("return document.querySelectorAll('main script, main img').length"),
            json!(0)
        );
        let title = browser.run("return document.title");
        assert!(title.as_str().unwrap().ends_with("flow"), "{title}");
    }
    // Code that an attacker could add to the page does not run.
    browser.run("const code = document.createElement('script'); code.textContent = 'document.title = \"taken\"'; document.body.append(code)");
    browser.run("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\" onerror=\"document.title = 1\">')");
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert!(
        browser
            .run("return document.title")
            .as_str()
            .unwrap()
            .ends_with("flow")
    );
}

// Six streams use up a browser's connections to one host: freenet-core#5213.
#[test]
fn eight_open_tabs_all_load_and_all_change() {
    let server = Server::start();
    server.send(&request(&[span(0, "first", &[])]));
    let browser = Browser::start();
    let tabs: Vec<String> = (0..8).map(|_| browser.open_tab(&server.web)).collect();
    server.send(&request(&[span(1, "second", &[])]));
    for tab in &tabs {
        browser.switch(tab);
        browser.wait("return document.querySelectorAll('.flows tbody a').length === 2");
    }
}

#[test]
fn eight_open_windows_all_load_and_all_change() {
    let server = Server::start();
    server.send(&request(&[span(0, "first", &[])]));
    let browser = Browser::start();
    // Pages that cannot be hidden keep their streams, as windows side by side do.
    let tabs: Vec<String> = (0..8)
        .map(|_| {
            let tab = browser.open_tab(&server.web);
            browser.run("window.held = new EventSource('/events')");
            tab
        })
        .collect();
    server.send(&request(&[span(1, "second", &[])]));
    for tab in &tabs {
        browser.switch(tab);
        browser.wait("return document.querySelectorAll('.flows tbody a').length === 2");
    }
}

#[test]
fn narrow_window_scrolls_only_the_drawing() {
    let server = Server::start();
    let spans: Vec<String> = (0..6)
        .map(|number| {
            let causes: Vec<u64> = (number > 0).then(|| number - 1).into_iter().collect();
            span(number, "a_rather_long_name_of_a_span", &causes)
        })
        .collect();
    server.send(&request(&spans));
    let browser = Browser::start();
    browser.resize(420, 800);
    for path in [
        "/".to_owned(),
        format!("/flow/{}", trace(0)),
        format!("/flow/{}/{}", trace(3), id(0)),
    ] {
        browser.open(&format!("{}{path}", server.web));
        let fits = "return document.documentElement.scrollWidth <= innerWidth";
        assert_eq!(browser.run(fits), json!(true), "{path}");
    }
    let scrolls = "const drawing = document.getElementById('drawing'); return drawing.scrollWidth > drawing.clientWidth";
    assert_eq!(browser.run(scrolls), json!(true));
}

#[test]
fn every_control_takes_the_focus_and_shows_it() {
    let server = Server::start();
    server.send(&request(&[span(0, "send", &[]), span(1, "handle", &[0])]));
    let browser = Browser::start();
    browser.open(&format!("{}/flow/{}/{}", server.web, trace(0), id(0)));
    let controls = "return [...document.querySelectorAll('a, summary, [tabindex]')].filter(one => one.checkVisibility()).length";
    let controls = browser.run(controls).as_u64().unwrap();
    let mut reached = 0;
    for _ in 0..controls {
        browser.press("\u{e004}"); // Tab
        reached += u64::from(
            browser.run("return document.activeElement !== document.body") == json!(true),
        );
        let shown = "const one = document.activeElement; const bar = one.querySelector(':scope > .bar'); return bar ? getComputedStyle(bar).strokeWidth === '3.5px' : getComputedStyle(one).outlineStyle === 'solid'";
        assert_eq!(
            browser.run(shown),
            json!(true),
            "{}",
            browser.run("return document.activeElement.outerHTML")
        );
    }
    assert_eq!(reached, controls);
}
