//! Handlers of messages from SQS, with moto's server of SQS and SNS, and with AWS's own client.

mod consume;
mod fan_in;
mod produce;
mod recorded;
mod server;
mod sns;

/// The code on the client's page of the documentation.
#[expect(dead_code, reason = "it only has to compile")]
#[path = "../../../../../runtime/src/messaging/pages/aws_sdk_sqs.rs"]
mod page;

mod lambda;
