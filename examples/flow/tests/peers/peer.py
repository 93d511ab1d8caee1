"""A service in Python: handles an event, and sends another. Its protocol, and the event's traceparent, are its arguments."""

import sys

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if sys.argv[1] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

provider = TracerProvider(resource=Resource.create({"service.name": "python"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
tracer = provider.get_tracer("peer")

propagator = TraceContextTextMapPropagator()
producer = trace.get_current_span(propagator.extract({"traceparent": sys.argv[2]})).get_span_context()
link = Link(producer, {"link.relationship": "ordered"})
with tracer.start_as_current_span("process orders", kind=SpanKind.CONSUMER, links=[link]):
    with tracer.start_as_current_span("send prices", kind=SpanKind.PRODUCER):
        headers = {}
        propagator.inject(headers)
provider.shutdown()
print(headers["traceparent"])
