"""Sends messages with OpenTelemetry's instrumentations, and records their headers as another client reads them."""

import asyncio
import os
import pathlib
import re
import socket
import sys
import urllib.parse

import aio_pika
import azure.servicebus
import confluent_kafka
import kafka
import nats
import pika
from azure.core.settings import settings
from azure.core.tracing.ext.opentelemetry_span import OpenTelemetrySpan
from azure.servicebus._common.tracing import trace_message
from azure.servicebus._transport._pyamqp_transport import PyamqpTransport
from opentelemetry import baggage, context, propagate, trace
from opentelemetry.instrumentation.aio_pika import AioPikaInstrumentor
from opentelemetry.instrumentation.confluent_kafka import ConfluentKafkaInstrumentor
from opentelemetry.instrumentation.kafka import KafkaInstrumentor
from opentelemetry.instrumentation.pika import PikaInstrumentor
from shared import block, of_javascript, producing_span, provider, tracer, version, within_a_request

# Kafka: the cluster is a part of the client.


def record_kafka():
    cluster = confluent_kafka.Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "unused"})
    (broker,) = cluster.list_topics(timeout=20).brokers.values()
    address = f"{broker.host}:{broker.port}"
    blocks = []

    def read(topic):
        consumer = confluent_kafka.Consumer(
            {"bootstrap.servers": address, "group.id": topic, "auto.offset.reset": "earliest"}
        )
        consumer.assign([confluent_kafka.TopicPartition(topic, 0, 0)])
        message = consumer.poll(20)
        assert message is not None and message.error() is None, message
        consumer.close()
        return message

    plain = confluent_kafka.Producer({"bootstrap.servers": address})
    confluent = ConfluentKafkaInstrumentor.instrument_producer(plain, tracer_provider=provider)

    def send(topic, headers):
        def produce():
            confluent.produce(topic, b"paid", key=b"order-7", partition=0, headers=headers)
            confluent.flush(20)

        within_a_request(produce)
        return producing_span()

    ids = send("confluent", [("app", b"1"), ("nothing", None)])
    message = read("confluent")
    name = f"python {version('opentelemetry-instrumentation-confluent-kafka')}, {version('confluent-kafka')}"
    blocks.append(block(name, ids, message.headers()))

    ids = send("forwarded", message.headers())
    blocks.append(block(f"{name}, forwarded with all headers", ids, read("forwarded").headers()))

    KafkaInstrumentor().instrument(tracer_provider=provider)
    # The mock cluster does not answer the newest version of the first request.
    other = kafka.KafkaProducer(bootstrap_servers=address, api_version=(2, 3, 0))

    def produce():
        other.send("kafka-python", b"paid", key=b"order-7", partition=0).get(20)

    within_a_request(produce)
    name = f"python {version('opentelemetry-instrumentation-kafka-python')}, {version('kafka-python')}"
    blocks.append(block(name, producing_span(), read("kafka-python").headers()))

    name, ids = of_javascript("kafka", address, "kafkajs")
    blocks.append(block(name, ids, read("kafkajs").headers()))
    return blocks


# RabbitMQ


def record_rabbitmq():
    url = os.environ["AMQP_URL"]
    blocks = []
    connection = pika.BlockingConnection(pika.URLParameters(url))
    reader = connection.channel()

    def read(queue):
        _, properties, _ = reader.basic_get(queue, auto_ack=True)
        return list(properties.headers.items())

    for queue in ["aio-pika", "pika", "amqplib"]:
        reader.queue_declare(queue)

    async def publish():
        instrumentor = AioPikaInstrumentor()
        instrumentor.instrument(tracer_provider=provider)
        connection = await aio_pika.connect_robust(url)
        channel = await connection.channel()
        token = context.attach(baggage.set_baggage("tenant", "acme"))
        with tracer.start_as_current_span("request"):
            message = aio_pika.Message(b"paid", headers={"app": "1"})
            await channel.default_exchange.publish(message, routing_key="aio-pika")
        context.detach(token)
        await connection.close()
        instrumentor.uninstrument()

    asyncio.run(publish())
    name = f"python {version('opentelemetry-instrumentation-aio-pika')}, {version('aio-pika')}"
    blocks.append(block(name, producing_span(), read("aio-pika")))

    writer = connection.channel()
    PikaInstrumentor().instrument_channel(writer, tracer_provider=provider)
    within_a_request(lambda: writer.basic_publish("", "pika", b"paid", pika.BasicProperties(headers={"app": "1"})))
    name = f"python {version('opentelemetry-instrumentation-pika')}, {version('pika')}"
    blocks.append(block(name, producing_span(), read("pika")))

    name, ids = of_javascript("rabbitmq", url, "amqplib")
    blocks.append(block(name, ids, read("amqplib")))
    return blocks


# NATS: no instrumentation of its clients is published by OpenTelemetry, so the propagator writes the headers.


class Subscription:
    """Reads messages from the socket: a client would change the names of headers."""

    def __init__(self, subject):
        url = urllib.parse.urlparse(os.environ["NATS_URL"])
        self.socket = socket.create_connection((url.hostname, url.port), timeout=20)
        self.file = self.socket.makefile("rb")
        self.socket.sendall(b'CONNECT {"verbose":false,"headers":true}\r\nSUB ' + subject.encode() + b" 1\r\nPING\r\n")
        while self.file.readline() != b"PONG\r\n":
            pass

    def headers(self):
        while True:
            line = self.file.readline()
            if line.startswith(b"HMSG"):
                length = int(line.split()[-2])
                text = self.file.read(length).decode()
                return re.findall(r"^([^:\r\n]+): ?([^\r\n]*)\r$", text, re.MULTILINE)
            if line == b"PING\r\n":
                self.socket.sendall(b"PONG\r\n")


def record_nats():
    url = os.environ["NATS_URL"]
    blocks = []

    async def publish():
        connection = await nats.connect(url)
        token = context.attach(baggage.set_baggage("tenant", "acme"))
        with tracer.start_as_current_span("send", kind=trace.SpanKind.PRODUCER):
            headers = {"app": "1"}
            propagate.inject(headers)
            await connection.publish("nats-py", b"paid", headers=headers)
        context.detach(token)
        await connection.drain()

    subscription = Subscription("nats-py")
    asyncio.run(publish())
    name = f"python {version('opentelemetry-sdk')}, {version('nats-py')}"
    blocks.append(block(name, producing_span(), subscription.headers()))

    subscription = Subscription("nats-js")
    name, ids = of_javascript("nats", url, "nats-js")
    blocks.append(block(name, ids, subscription.headers()))
    return blocks


# AMQP 1.0, by RabbitMQ's plugin


def record_amqp10():
    name, ids, headers = of_javascript("amqp10", os.environ["AMQP_URL"], "rhea", "headers")
    return [block(name, ids, headers.items())]


# Azure Service Bus has no server to install. Its clients' own functions write the properties of a message.


def record_servicebus():
    settings.tracing_implementation = OpenTelemetrySpan
    message = azure.servicebus.ServiceBusMessage("paid", application_properties={"app": "1"})
    outgoing = PyamqpTransport.to_outgoing_amqp_message(message.raw_amqp_message)
    headers = trace_message(outgoing, PyamqpTransport).application_properties
    headers = [(name.decode() if isinstance(name, bytes) else name, value) for name, value in headers.items()]
    name = f"python {version('azure-servicebus')}, {version('azure-core-tracing-opentelemetry')}"
    blocks = [block(name, producing_span(), headers)]
    name, ids, headers = of_javascript("servicebus", "", "", "headers")
    return [*blocks, block(name, ids, headers.items())]


folder = pathlib.Path(sys.argv[1])
for system, record in [
    ("kafka", record_kafka),
    ("rabbitmq", record_rabbitmq),
    ("nats", record_nats),
    ("amqp10", record_amqp10),
    ("servicebus", record_servicebus),
]:
    (folder / system).write_text("\n".join(record()))
    print(f"recorded {system}")
