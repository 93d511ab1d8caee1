//! A headless browser, driven through `ChromeDriver`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use serde_json::{Value, json};

/// A running browser, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Browser {
    driver: Child,
    session: String,
    client: Client,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub(crate) fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromedriver is missing: run .ci/peers");
        let mut lines = BufReader::new(driver.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let started = lines
            .find(|line| line.contains("started successfully on port"))
            .unwrap();
        let port = started.trim_end_matches('.').rsplit(' ').next().unwrap();
        let client = Client::builder()
            .timeout(Duration::from_secs(120))
            .build()
            .unwrap();
        let profile = tempfile::tempdir().unwrap();
        let directory = format!("--user-data-dir={}", profile.path().display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1500,900",
            &directory,
        ];
        let options = json!({ "args": arguments });
        let capabilities = json!({ "alwaysMatch": { "goog:chromeOptions": options } });
        let url = format!("http://127.0.0.1:{port}/session");
        let request = client
            .post(&url)
            .json(&json!({ "capabilities": capabilities }));
        let reply: Value = request.send().unwrap().json().unwrap();
        let id = reply["value"]["sessionId"].as_str();
        let id = id.unwrap_or_else(|| panic!("{reply}"));
        Self {
            session: format!("{url}/{id}"),
            driver,
            client,
            _profile: profile,
        }
    }

    fn command(&self, path: &str, body: &Value) -> Value {
        let request = self
            .client
            .post(format!("{}/{path}", self.session))
            .json(body);
        let reply: Value = request.send().unwrap().json().unwrap();
        assert!(reply["value"]["error"].is_null(), "{path}: {reply}");
        reply["value"].clone()
    }

    pub(crate) fn open(&self, url: &str) {
        self.command("url", &json!({ "url": url }));
    }

    /// Opens a URL in a new tab, and selects the tab.
    pub(crate) fn open_tab(&self, url: &str) -> String {
        let tab = self.command("window/new", &json!({ "type": "tab" }));
        let handle = tab["handle"].as_str().unwrap().to_owned();
        self.switch(&handle);
        self.open(url);
        handle
    }

    pub(crate) fn switch(&self, handle: &str) {
        self.command("window", &json!({ "handle": handle }));
    }

    pub(crate) fn back(&self) {
        self.command("back", &json!({}));
    }

    pub(crate) fn resize(&self, width: u32, height: u32) {
        self.command("window/rect", &json!({ "width": width, "height": height }));
    }

    /// Runs a script, and returns its result.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.command("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Clicks the middle of the element, as a user does.
    pub(crate) fn click(&self, css: &str) {
        let element = json!({ "using": "css selector", "value": css });
        let found = self.command("element", &element);
        let id = found
            .as_object()
            .unwrap()
            .values()
            .next()
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned();
        self.command(&format!("element/{id}/click"), &json!({}));
    }

    /// Presses a key in the focused element.
    pub(crate) fn press(&self, key: &str) {
        let actions =
            json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.command("actions", &json!({ "actions": [keyboard] }));
    }

    /// Waits until a script returns `true`.
    pub(crate) fn wait(&self, script: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.run(script) != json!(true) {
            assert!(
                Instant::now() < deadline,
                "{script}: {}",
                self.run("return document.body.innerText")
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ended = self.client.delete(&self.session).send();
        let _killed = self.driver.kill();
        let _status = self.driver.wait();
    }
}
