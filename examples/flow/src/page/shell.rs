//! The parts of all pages: a head, and the store's counts.

use flow_drawing::Escaped;

use crate::store::Kept;

/// A page around its content.
pub(super) fn page(title: &str, kept: &Kept, main: &str) -> String {
    let title = Escaped(title);
    let foot = foot(kept);
    let version = kept.version;
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
<script src="/script.js" defer></script>
</head>
<body>
<header><a href="/" class="home">flow</a><span id="live" role="status">reload to see new spans</span></header>
<main id="main" data-version="{version}">
{main}
<footer>{foot}</footer>
</main>
</body>
</html>
"#
    )
}

/// Renders the reason why a page does not exist.
pub(super) fn missing(why: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>flow</title>
<link rel="stylesheet" href="/style.css"></head>
<body>
<header><a href="/" class="home">flow</a></header>
<main id="main"><h1>Not here</h1><p>{} It was evicted, or it never came. <a href="/">All flows</a></p></main>
</body>
</html>
"#,
        Escaped(why)
    )
}

fn foot(kept: &Kept) -> String {
    let mut foot = format!(
        "<p>Kept: {} of at most {}, in {:.1} MiB of at most {}.</p>",
        counted(kept.spans, "span"),
        grouped(kept.bounds.spans),
        mebibytes(kept.bytes),
        kept.bounds.bytes >> 20,
    );
    if kept.evicted > 0 {
        foot += &format!(
            r#"<p class="notice" id="evicted">Evicted: {}, to make room. Start flow with <code>--keep</code> to keep more.</p>"#,
            counted(kept.evicted, "span"),
        );
    }
    if kept.refused.spans > 0 {
        foot += &format!(
            r#"<p class="notice" id="invalid">Refused: {} without a valid id.</p>"#,
            counted(kept.refused.spans, "span"),
        );
    }
    if kept.refused.requests > 0 {
        foot += &format!(
            r#"<p class="notice" id="refused">Refused: {}. The last: {}</p>"#,
            counted(kept.refused.requests, "request"),
            Escaped(&kept.refused.last),
        );
    }
    foot
}

/// "1 span", "2 spans".
pub(super) fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count))
}

/// Digits in groups of three.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[expect(clippy::cast_precision_loss, reason = "one digit is shown")]
fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_groups_and_a_plural() {
        assert_eq!(counted(1, "span"), "1 span");
        assert_eq!(counted(0, "span"), "0 spans");
        assert_eq!(counted(1_234_567, "span"), "1,234,567 spans");
    }
}
