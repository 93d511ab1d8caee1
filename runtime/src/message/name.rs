//! Span names, whose number must be bounded.

/// Returns `true` if a destination contains an id: a number, UUID or long hexadecimal number.
///
/// A program may make such a destination for each device or order, so their number is unbounded.
pub(super) fn has_ids(system: &str, destination: &str) -> bool {
    match system {
        "nats" | "rabbitmq" | "amqp" | "activemq" => destination.split(['.', '/', ':']).any(is_id),
        // A level is often the name of a device, such as `sensor-17`.
        "mqtt" => destination.split(['.', '/', ':']).any(has_digits),
        _ => false,
    }
}

/// Returns `true` for inboxes, acknowledgements and queues that a server or a client has named.
pub(super) fn is_generated(destination: &str) -> bool {
    const PREFIXES: [&str; 5] = [
        "_INBOX.",
        "$JS.",
        "_R_.",
        "amq.gen-",
        "amq.rabbitmq.reply-to",
    ];
    let is = |part: &str| PREFIXES.iter().any(|prefix| part.starts_with(prefix));
    // `RabbitMQ`'s names are parts of `exchange:routing_key:queue`.
    is(destination) || destination.split(':').any(is)
}

/// Returns `true` for a level with a digit, except a version such as `v1`.
fn has_digits(level: &str) -> bool {
    let is_version = |level: &str| {
        let number = level.strip_prefix('v').unwrap_or_default();
        !number.is_empty() && number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    level.bytes().any(|byte| byte.is_ascii_digit()) && !is_version(level)
}

fn is_id(token: &str) -> bool {
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    let hexadecimal = token.bytes().filter(u8::is_ascii_hexdigit).count();
    let others = token.bytes().filter(|byte| *byte != b'-').count() - hexadecimal;
    digits == token.len() && digits > 0 || (digits > 0 && others == 0 && hexadecimal >= 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inbox_or_generated_queue_is_generated() {
        for name in [
            "_INBOX.Qx2.7",
            "$JS.ACK.ORDERS.worker.1.2.3",
            "amq.gen-9kL2",
            "amq.rabbitmq.reply-to.g1",
            "logs:warning:amq.gen-9kL2",
        ] {
            assert!(is_generated(name), "{name}");
        }
    }

    #[test]
    fn address_with_an_id_has_ids() {
        for name in [
            "orders.4711.created",
            "devices/8f14e45fceea167a/state",
            "orders.5f0c6d5e-0a4b-4d8e-9a53-0e5b1a2f3c4d",
        ] {
            assert!(has_ids("mqtt", name), "{name}");
            assert!(!has_ids("kafka", name), "{name}");
        }
    }

    #[test]
    fn topic_with_a_digit_in_a_level_has_ids() {
        for name in [
            "devices/sensor-17/state",
            "devices/aa:bb:c0:dd:ee:ff/state",
            "v1/devices/v123/state",
            "home/esp32/state",
            "users/7",
        ] {
            assert!(has_ids("mqtt", name), "{name}");
        }
        for name in [
            "",
            "orders",
            "v1/devices/me/telemetry",
            "orders/created",
            "$SYS/broker/uptime",
        ] {
            assert!(!has_ids("mqtt", name), "{name}");
        }
    }

    #[test]
    fn address_of_words_has_no_ids() {
        for name in [
            "orders",
            "orders.v1.created",
            "shop:order.created",
            "a.b.c3",
            "facade.deed",
        ] {
            assert!(!has_ids("nats", name), "{name}");
            assert!(!is_generated(name), "{name}");
        }
    }
}
