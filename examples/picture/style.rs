//! Colours: of a light background and of a dark one, whichever the reader prefers. The picture brings its own.

/// The picture's style sheet.
pub(crate) const STYLE: &str = "\
text { font: 12px ui-sans-serif, system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif; fill: #1f2328 }
.name { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace }
.caption { font-size: 14px; font-weight: 600; text-anchor: middle }
.kind { font-size: 11px; text-anchor: end; opacity: .7 }
.quiet { fill: #59636e }
.relationship { font-size: 11px; font-style: italic; text-anchor: middle; fill: #a3195b; stroke: #fff; stroke-width: 6; stroke-linejoin: round; paint-order: stroke }
.card { fill: #fff; stroke: #d1d9e0 }
.panel { fill: #f6f8fa; stroke: #d1d9e0 }
.link { fill: none; stroke: #bf3178; stroke-width: 1.75; stroke-dasharray: 5 4 }
.head { fill: #bf3178 }
.producer { fill: #fff1d0; stroke: #c98a10 }
.consumer { fill: #ddecff; stroke: #3c7de0 }
.fan-in { fill: #ebe1ff; stroke: #7d52d4 }
.client, .internal, .server { fill: #eceff2; stroke: #b4bcc5 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.quiet { fill: #9198a1 }
.relationship { fill: #ff9bc8; stroke: #0d1117 }
.card { fill: #0d1117; stroke: #30363d }
.panel { fill: #161b22; stroke: #30363d }
.link { stroke: #f778ba }
.head { fill: #f778ba }
.producer { fill: #3a2a08; stroke: #d29922 }
.consumer { fill: #0f2c54; stroke: #4493f8 }
.fan-in { fill: #2d1d52; stroke: #a371f7 }
.client, .internal, .server { fill: #21262d; stroke: #565e68 }
}
";
