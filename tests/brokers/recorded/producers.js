// Sends one message: `node producers.js SYSTEM ADDRESS DESTINATION`. Prints the ids of the producer's span.

const { context, propagation, trace, SpanKind } = require("@opentelemetry/api");
const { registerInstrumentations } = require("@opentelemetry/instrumentation");
const { InMemorySpanExporter, SimpleSpanProcessor } = require("@opentelemetry/sdk-trace-base");
const { NodeTracerProvider } = require("@opentelemetry/sdk-trace-node");
const { AmqplibInstrumentation } = require("@opentelemetry/instrumentation-amqplib");
const { KafkaJsInstrumentation } = require("@opentelemetry/instrumentation-kafkajs");

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register();
registerInstrumentations({ instrumentations: [new AmqplibInstrumentation(), new KafkaJsInstrumentation()] });
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
    const producer = await { kafka, rabbitmq, nats }[system](address, destination);
    const spans = exporter.getFinishedSpans().filter((span) => span.kind === SpanKind.PRODUCER);
    const { traceId, spanId } = spans.at(-1).spanContext();
    console.log(JSON.stringify({ producer, trace_id: traceId, span_id: spanId }));
    process.exit(0);
}

main();
