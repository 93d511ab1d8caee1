"""What producers in Python share: their spans, and the form of a recorded message."""

import importlib.metadata
import json
import subprocess

from opentelemetry import baggage, context, trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("recorded")


def version(package):
    return f"{package} {importlib.metadata.version(package)}"


def producing_span():
    """Returns the ids of the last span that a producer has ended."""
    spans = [span for span in exporter.get_finished_spans() if span.kind == trace.SpanKind.PRODUCER]
    span = spans[-1].context
    return f"{span.trace_id:032x} {span.span_id:016x}"


def within_a_request(send):
    """Sends in a span with baggage, and returns what the producer's span is called by."""
    token = context.attach(baggage.set_baggage("tenant", "acme"))
    with tracer.start_as_current_span("request"):
        send()
    context.detach(token)


def block(producer, ids, headers):
    lines = [f"producer {producer}", f"context {ids}"]
    for name, value in headers:
        if isinstance(value, bytes):
            value = value.decode()
        lines.append(f"header {name}" if value is None else f"header {name} = {value}")
    return "\n".join(lines) + "\n"


def of_javascript(system, address, destination, *others):
    """Returns the name of the producer, the ids of its span, and others of what it prints."""
    output = subprocess.run(
        ["node", "producers.js", system, address, destination], check=True, capture_output=True, text=True
    )
    sent = json.loads(output.stdout.strip().splitlines()[-1])
    return sent["producer"], f"{sent['trace_id']} {sent['span_id']}", *(sent[other] for other in others)
