"""Sends messages to SQS, SNS, Redis, MQTT and Pub/Sub, and CloudEvents, and records their headers."""

import concurrent.futures
import json
import os
import pathlib
import sys
import threading

import boto3
import grpc
import paho.mqtt.client
import redis
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from google.auth.credentials import AnonymousCredentials
from google.cloud import pubsub_v1
from google.pubsub_v1.types import PublishRequest, PublishResponse
from opentelemetry import propagate, trace
from opentelemetry.instrumentation.boto3sqs import Boto3SQSInstrumentor
from opentelemetry.instrumentation.botocore import BotocoreInstrumentor
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from shared import block, of_javascript, producing_span, provider, tracer, version, within_a_request


def within_a_span(send):
    """Calls a function within a producer's span, with the fields of its context."""

    def produce():
        with tracer.start_as_current_span("send", kind=trace.SpanKind.PRODUCER):
            fields = {}
            propagate.inject(fields)
            send(fields)

    within_a_request(produce)


# SQS and SNS


def aws(service):
    credentials = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    return boto3.client(service, endpoint_url=os.environ["AWS_URL"], region_name="eu-central-1", **credentials)


def record_sqs():
    blocks = []
    reader = aws("sqs")

    def queue(name):
        return reader.create_queue(QueueName=name)["QueueUrl"]

    def read(url):
        (message,) = reader.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
        return message

    def attributes(url):
        return [(name, value["StringValue"]) for name, value in read(url)["MessageAttributes"].items()]

    app = {"app": {"DataType": "String", "StringValue": "1"}}
    Boto3SQSInstrumentor().instrument(tracer_provider=provider)
    url = queue("boto3sqs")
    within_a_request(lambda: aws("sqs").send_message(QueueUrl=url, MessageBody="paid", MessageAttributes=app))
    name = f"python {version('opentelemetry-instrumentation-boto3sqs')}, {version('boto3')}"
    blocks.append(block(name, producing_span(), attributes(url)))
    Boto3SQSInstrumentor().uninstrument()

    BotocoreInstrumentor().instrument(tracer_provider=provider)
    topics = aws("sns")
    topic = topics.create_topic(Name="sns")["TopicArn"]
    url = queue("sns")
    topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-central-1:123456789012:sns")
    within_a_request(lambda: topics.publish(TopicArn=topic, Message="paid", MessageAttributes=app))
    name = f"python {version('opentelemetry-instrumentation-botocore')}, {version('boto3')}, through SNS"
    ids = producing_span()
    BotocoreInstrumentor().uninstrument()
    blocks.append(block(name, ids, [("body", json.dumps(json.loads(read(url)["Body"])))]))

    url = queue("aws-sdk")
    name, ids = of_javascript("sqs", os.environ["AWS_URL"], url)
    blocks.append(block(name, ids, attributes(url)))
    return blocks


# Redis and MQTT: the propagator writes the fields.


def record_redis():
    blocks = []
    client = redis.Redis(unix_socket_path=os.environ["REDIS_SOCKET"], decode_responses=True)

    def read(stream):
        ((_, fields),) = client.xrange(stream)
        return list(fields.items())

    within_a_span(lambda fields: client.xadd("python", {"app": "1", **fields}))
    name = f"python {version('opentelemetry-sdk')}, {version('redis')}"
    blocks.append(block(name, producing_span(), read("python")))

    name, ids = of_javascript("redis", os.environ["REDIS_SOCKET"], "javascript")
    blocks.append(block(name, ids, read("javascript")))
    return blocks


def mqtt_client():
    client = paho.mqtt.client.Client(
        paho.mqtt.client.CallbackAPIVersion.VERSION2, protocol=paho.mqtt.client.MQTTv5
    )
    client.connect("127.0.0.1", int(os.environ["MQTT_PORT"]))
    client.loop_start()
    return client


def record_mqtt():
    blocks = []

    def subscribe(topic):
        reader = mqtt_client()
        subscribed, received = threading.Event(), concurrent.futures.Future()
        reader.on_subscribe = lambda *_: subscribed.set()
        reader.on_message = lambda _client, _data, message: received.set_result(message.properties.UserProperty)
        reader.subscribe(topic, qos=1)
        assert subscribed.wait(20)
        return lambda: received.result(20)

    read = subscribe("python")
    writer = mqtt_client()

    def publish(fields):
        properties = Properties(PacketTypes.PUBLISH)
        properties.UserProperty = [("app", "1"), *fields.items()]
        writer.publish("python", b"paid", qos=1, properties=properties).wait_for_publish(20)

    within_a_span(publish)
    name = f"python {version('opentelemetry-sdk')}, {version('paho-mqtt')}"
    blocks.append(block(name, producing_span(), read()))

    read = subscribe("javascript")
    name, ids = of_javascript("mqtt", f"mqtt://127.0.0.1:{os.environ['MQTT_PORT']}", "javascript")
    blocks.append(block(name, ids, read()))
    return blocks


# Pub/Sub: this server answers to `Publish` alone.


class Publisher(grpc.GenericRpcHandler):
    def __init__(self):
        self.published = []

    def service(self, call):
        if call.method != "/google.pubsub.v1.Publisher/Publish":
            return None
        return grpc.unary_unary_rpc_method_handler(
            self.publish, PublishRequest.deserialize, PublishResponse.serialize
        )

    def publish(self, request, _context):
        self.published.extend(request.messages)
        return PublishResponse(message_ids=["1" for _ in request.messages])


def record_pubsub():
    blocks = []
    server = grpc.server(concurrent.futures.ThreadPoolExecutor())
    publisher = Publisher()
    server.add_generic_rpc_handlers([publisher])
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()

    def read():
        return list(publisher.published.pop().attributes.items())

    os.environ["PUBSUB_EMULATOR_HOST"] = address
    options = pubsub_v1.types.PublisherOptions(enable_open_telemetry_tracing=True)
    client = pubsub_v1.PublisherClient(publisher_options=options, credentials=AnonymousCredentials())
    within_a_request(lambda: client.publish("projects/shop/topics/python", b"paid", app="1").result(20))
    name = f"python {version('google-cloud-pubsub')}"
    blocks.append(block(name, producing_span(), read()))

    name, ids = of_javascript("pubsub", address, "javascript")
    blocks.append(block(name, ids, read()))
    server.stop(None)
    return blocks


# CloudEvents: the SDKs have no function for the extension, so the propagator writes it.


def record_cloudevents():
    events = []

    def create(fields):
        attributes = {"specversion": "1.0", "id": "7", "source": "/shop", "type": "order.created", **fields}
        events.append(JSONFormat().write(CloudEvent(attributes, "paid")).decode())

    within_a_span(create)
    name = f"python {version('opentelemetry-sdk')}, {version('cloudevents')}"
    blocks = [block(name, producing_span(), [("event", events.pop())])]

    name, ids, event = of_javascript("cloudevents", "", "", "structured")
    blocks.append(block(name, ids, [("event", event)]))
    return blocks


folder = pathlib.Path(sys.argv[1])
for system, record in [
    ("sqs", record_sqs),
    ("redis", record_redis),
    ("mqtt", record_mqtt),
    ("pubsub", record_pubsub),
    ("cloudevents", record_cloudevents),
]:
    (folder / system).write_text("\n".join(record()))
    print(f"recorded {system}")
