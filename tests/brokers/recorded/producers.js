// Sends one message: `node producers.js SYSTEM ADDRESS DESTINATION`. Prints the ids of the producer's span, and the headers
// if no client of Python reads them.

const { context, propagation, trace, SpanKind } = require("@opentelemetry/api");
const { registerInstrumentations } = require("@opentelemetry/instrumentation");
const { InMemorySpanExporter, SimpleSpanProcessor } = require("@opentelemetry/sdk-trace-base");
const { NodeTracerProvider } = require("@opentelemetry/sdk-trace-node");
const { AmqplibInstrumentation } = require("@opentelemetry/instrumentation-amqplib");
const { AwsInstrumentation } = require("@opentelemetry/instrumentation-aws-sdk");
const { KafkaJsInstrumentation } = require("@opentelemetry/instrumentation-kafkajs");

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register();
registerInstrumentations({
    instrumentations: [new AmqplibInstrumentation(), new AwsInstrumentation(), new KafkaJsInstrumentation()],
});
const tracer = trace.getTracer("recorded");

const version = (name) => {
    const path = require("node:path");
    const file = path.join(process.cwd(), "node_modules", name, "package.json");
    return `${name} ${JSON.parse(require("node:fs").readFileSync(file)).version}`;
};

async function kafka(address, topic) {
    const { Kafka, logLevel } = require("kafkajs");
    const producer = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    await inRequest(() =>
        producer.send({ topic, messages: [{ key: "order-7", value: "paid", partition: 0, headers: { app: "1" } }] }),
    );
    await producer.disconnect();
    return `javascript ${version("@opentelemetry/instrumentation-kafkajs")}, ${version("kafkajs")}`;
}

async function rabbitmq(address, queue) {
    const connection = await require("amqplib").connect(address);
    const channel = await connection.createConfirmChannel();
    await inRequest(async () => {
        channel.sendToQueue(queue, Buffer.from("paid"), { headers: { app: "1" } });
        await channel.waitForConfirms();
    });
    await connection.close();
    return `javascript ${version("@opentelemetry/instrumentation-amqplib")}, ${version("amqplib")}`;
}

async function sqs(address, queue) {
    const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs");
    const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
    const client = new SQSClient({ endpoint: address, region: "eu-central-1", credentials });
    const attributes = { app: { DataType: "String", StringValue: "1" } };
    const message = { QueueUrl: queue, MessageBody: "paid", MessageAttributes: attributes };
    await inRequest(() => client.send(new SendMessageCommand(message)));
    return `javascript ${version("@opentelemetry/instrumentation-aws-sdk")}, ${version("@aws-sdk/client-sqs")}`;
}

// No instrumentation of these clients writes a context, so the propagator does.

async function redis(address, stream) {
    const client = require("redis").createClient({ socket: { path: address, tls: false } });
    await client.connect();
    await inSpan((fields) => client.xAdd(stream, "*", { app: "1", ...fields }));
    await client.close();
    return `javascript ${version("@opentelemetry/sdk-trace-base")}, ${version("redis")}`;
}

async function mqtt(address, topic) {
    const client = await require("mqtt").connectAsync(address, { protocolVersion: 5 });
    await inSpan((fields) => {
        const userProperties = { app: "1", ...fields };
        return client.publishAsync(topic, "paid", { qos: 1, properties: { userProperties } });
    });
    await client.endAsync();
    return `javascript ${version("@opentelemetry/sdk-trace-base")}, ${version("mqtt")}`;
}

// Google's client writes its own fields.
async function pubsub(address, topic) {
    process.env.PUBSUB_EMULATOR_HOST = address;
    const { PubSub } = require("@google-cloud/pubsub");
    const client = new PubSub({ projectId: "shop", enableOpenTelemetryTracing: true });
    await inRequest(() => client.topic(topic).publishMessage({ data: Buffer.from("paid"), attributes: { app: "1" } }));
    return `javascript ${version("@google-cloud/pubsub")}`;
}

async function cloudevents() {
    const { CloudEvent, HTTP } = require("cloudevents");
    await inSpan((fields) => {
        const event = new CloudEvent({ id: "7", source: "/shop", type: "order.created", data: "paid", ...fields });
        structured = HTTP.structured(event).body;
    });
    return `javascript ${version("@opentelemetry/sdk-trace-base")}, ${version("cloudevents")}`;
}

let structured = null;

/// Calls a function within a producer's span, with the fields of its context.
function inSpan(send) {
    return inRequest(async () => {
        const span = tracer.startSpan("send", { kind: SpanKind.PRODUCER });
        const fields = {};
        propagation.inject(trace.setSpan(context.active(), span), fields);
        await send(fields);
        span.end();
    });
}

async function nats(address, subject) {
    const { connect, headers } = require("nats");
    const connection = await connect({ servers: address });
    await inRequest(async () => {
        const span = tracer.startSpan("send", { kind: SpanKind.PRODUCER });
        const map = headers();
        map.append("app", "1");
        const active = trace.setSpan(context.active(), span);
        propagation.inject(active, map, { set: (map, name, value) => map.set(name, value) });
        connection.publish(subject, "paid", { headers: map });
        await connection.flush();
        span.end();
    });
    await connection.close();
    return `javascript ${version("@opentelemetry/sdk-trace-base")}, ${version("nats")}`;
}

// No instrumentation of `rhea` is published by OpenTelemetry, so the propagator writes the application properties.
async function amqp10(address, queue) {
    const url = new URL(address);
    const connection = require("rhea").connect({ host: url.hostname, port: url.port, username: "guest", password: "guest" });
    const sender = connection.open_sender(`/queue/${queue}`);
    await new Promise((ready) => sender.once("sendable", ready));
    await inRequest(async () => {
        const span = tracer.startSpan("send", { kind: SpanKind.PRODUCER });
        const properties = { app: "1" };
        propagation.inject(trace.setSpan(context.active(), span), properties);
        sender.send({ application_properties: properties, body: "paid" });
        await new Promise((accepted) => sender.once("accepted", accepted));
        span.end();
    });
    connection.open_receiver(`/queue/${queue}`);
    const { message } = await new Promise((received) => connection.once("message", received));
    const producer = `javascript ${version("@opentelemetry/sdk-trace-base")}, ${version("rhea")}`;
    return { producer, headers: message.application_properties };
}

// The client's own function, which it calls for each message that it sends; `record` bundles it.
async function servicebus() {
    const { createAzureSdkInstrumentation } = require("@azure/opentelemetry-instrumentation-azure-sdk");
    registerInstrumentations({ instrumentations: [createAzureSdkInstrumentation()] });
    const { instrumentMessage } = require("./servicebus.cjs");
    const sent = { body: "paid", applicationProperties: { app: "1" } };
    const { message } = instrumentMessage(sent, {}, "orders", "host", "publish");
    const names = ["@azure/service-bus", "@azure/opentelemetry-instrumentation-azure-sdk"];
    return { producer: `javascript ${names.map(version).join(", ")}`, headers: message.applicationProperties };
}

function inRequest(send) {
    const baggage = propagation.createBaggage({ tenant: { value: "acme" } });
    const active = propagation.setBaggage(context.active(), baggage);
    return context.with(active, () =>
        tracer.startActiveSpan("request", async (span) => {
            await send();
            span.end();
        }),
    );
}

async function main() {
    const [system, address, destination] = process.argv.slice(2);
    const producers = { kafka, rabbitmq, nats, amqp10, servicebus, sqs, redis, mqtt, pubsub, cloudevents };
    const sent = await producers[system](address, destination);
    const { producer, headers } = typeof sent === "string" ? { producer: sent } : sent;
    const spans = exporter.getFinishedSpans().filter((span) => span.kind === SpanKind.PRODUCER);
    const { traceId, spanId } = spans.at(-1).spanContext();
    console.log(JSON.stringify({ producer, headers, trace_id: traceId, span_id: spanId, structured }));
    process.exit(0);
}

main();
