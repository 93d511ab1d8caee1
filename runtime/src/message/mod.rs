//! A broker's message in the names of OpenTelemetry's messaging conventions.

mod batch;
mod field;
mod key;
mod name;
#[cfg(feature = "serde")]
mod stored;

use std::borrow::Cow;
use std::fmt;

use opentelemetry::{Key, KeyValue, StringValue, Value};

pub(crate) use self::batch::Shared;

/// The attribute that names the messaging system.
pub(crate) const SYSTEM: &str = "messaging.system";
pub(crate) use self::field::{Field, FieldValue};
use crate::Origin;
use crate::carrier::{CarrierRef, extract_of_message};
use crate::propagation::{self, Part};

/// Describes a broker's message: the values that its span records, and its origin.
///
/// ```
/// use linked_span::linked_span;
/// use linked_span::messaging::Message;
///
/// // A client without an adapter.
/// struct Job { queue: String, tag: u64, headers: Vec<(String, String)>, body: Vec<u8> }
///
/// fn describe(job: &Job) -> Message<'_> {
///     Message::new("beanstalkd")
///         .destination(&job.queue)
///         .message_id(job.tag.to_string())
///         .body_size(job.body.len())
///         .headers(&job.headers)
/// }
///
/// #[linked_span(job(view = describe))] // span "process mails", linked to the producer
/// fn send(job: &Job) {
///     // …
/// }
/// # send(&Job { queue: "mails".into(), tag: 1, headers: Vec::new(), body: Vec::new() });
/// ```
///
/// A message is a [`LinkedEvent`](crate::LinkedEvent), and its handler's span follows OpenTelemetry's messaging
/// conventions. The span's name is `process mails`. It has the attributes `messaging.system`,
/// `messaging.operation.name`, `messaging.operation.type`, and one for each field of the message.
#[derive(Clone)]
pub struct Message<'m> {
    system: StringValue,
    fields: [Option<FieldValue<'m>>; Field::ALL.len()],
    /// `true` if the handler's attribute names the destination, so the span's name may contain it.
    is_named: bool,
    origin: Origin,
    others: Vec<KeyValue>,
}

impl<'m> Message<'m> {
    /// Creates a message of this system: `kafka`, `rabbitmq`, `nats`.
    #[inline]
    #[must_use]
    pub fn new(system: impl Into<StringValue>) -> Self {
        Self {
            system: system.into(),
            fields: [const { None }; Field::ALL.len()],
            is_named: false,
            origin: Origin::default(),
            others: Vec::new(),
        }
    }

    /// Sets the topic, queue or subject: `messaging.destination.name`.
    ///
    /// The span's name contains it if the number of such destinations is bounded. It contains no inbox and no generated
    /// queue. For NATS, MQTT and `RabbitMQ` it contains no name with a number or a UUID either.
    #[inline]
    #[must_use]
    pub fn destination(mut self, destination: impl Into<Cow<'m, str>>) -> Self {
        self.set_destination(destination.into());
        self
    }

    /// Sets the destination's pattern, which the span's name contains: `messaging.destination.template`.
    #[inline]
    #[must_use]
    pub fn template(mut self, template: impl Into<Cow<'m, str>>) -> Self {
        self.set_text(Field::Template, template.into());
        self
    }

    /// Marks the destination as short-lived: `messaging.destination.temporary`.
    #[inline]
    #[must_use]
    pub fn temporary(mut self) -> Self {
        self.set(Field::Temporary, FieldValue::True);
        self
    }

    /// Marks the destination as one with a generated name: `messaging.destination.anonymous`.
    #[inline]
    #[must_use]
    pub fn anonymous(mut self) -> Self {
        self.set(Field::Anonymous, FieldValue::True);
        self
    }

    /// Sets the partition: `messaging.destination.partition.id`. A negative one means unknown and is omitted.
    #[inline]
    #[must_use]
    pub fn partition(mut self, partition: impl Into<i64>) -> Self {
        self.set_number(Field::Partition, partition.into(), FieldValue::NumberAsText);
        self
    }

    /// Sets the consumer group: `messaging.consumer.group.name`.
    #[inline]
    #[must_use]
    pub fn group(mut self, group: impl Into<Cow<'m, str>>) -> Self {
        self.set_text(Field::Group, group.into());
        self
    }

    /// Sets the broker's id of the message: `messaging.message.id`.
    #[inline]
    #[must_use]
    pub fn message_id(mut self, id: impl Into<Cow<'m, str>>) -> Self {
        self.set_text(Field::Id, id.into());
        self
    }

    /// Sets the correlation id: `messaging.message.conversation_id`.
    #[inline]
    #[must_use]
    pub fn conversation_id(mut self, id: impl Into<Cow<'m, str>>) -> Self {
        self.set_text(Field::Conversation, id.into());
        self
    }

    /// Sets the size of the payload in bytes: `messaging.message.body.size`.
    #[inline]
    #[must_use]
    pub fn body_size(mut self, bytes: usize) -> Self {
        self.set_body_size(bytes);
        self
    }

    /// Sets the offset: `messaging.kafka.offset`. A negative one means unknown and is omitted.
    #[inline]
    #[must_use]
    pub fn offset(mut self, offset: impl Into<i64>) -> Self {
        self.set_number(Field::Offset, offset.into(), FieldValue::Number);
        self
    }

    /// Sets the key, as text, or as `0x…` if it is not readable: `messaging.kafka.message.key`.
    ///
    /// A key of more than 1,024 bytes is omitted.
    #[inline]
    #[must_use]
    pub fn key(mut self, key: &'m (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.set(Field::MessageKey, FieldValue::Bytes(key.as_ref()));
        self
    }

    /// Marks a message that deletes its key: `messaging.kafka.message.tombstone`.
    #[inline]
    #[must_use]
    pub fn tombstone(mut self) -> Self {
        self.set(Field::Tombstone, FieldValue::True);
        self
    }

    /// Sets the routing key: `messaging.rabbitmq.destination.routing_key`.
    #[inline]
    #[must_use]
    pub fn routing_key(mut self, key: impl Into<Cow<'m, str>>) -> Self {
        self.set_text(Field::RoutingKey, key.into());
        self
    }

    /// Sets the delivery tag: `messaging.rabbitmq.message.delivery_tag`.
    #[inline]
    #[must_use]
    pub fn delivery_tag(mut self, tag: u64) -> Self {
        let tag = i64::try_from(tag).unwrap_or(i64::MAX);
        self.set(Field::DeliveryTag, FieldValue::Number(tag));
        self
    }

    /// Sets the number of deliveries, including this one: `messaging.nats.message.delivery_count`.
    ///
    /// Other systems have their own attribute. A negative one means unknown and is omitted.
    #[inline]
    #[must_use]
    pub fn delivery_count(mut self, count: impl Into<i64>) -> Self {
        self.set_number(Field::DeliveryCount, count.into(), FieldValue::Number);
        self
    }

    /// Sets another attribute.
    #[must_use]
    pub fn attribute(mut self, key: impl Into<Key>, value: impl Into<Value>) -> Self {
        // A handler without a span records nothing, so it needs no list.
        if propagation::part() == Part::Baggage {
            return self;
        }
        self.others.push(KeyValue::new(key, value));
        self
    }

    /// Sets the producer's context.
    #[inline]
    #[must_use]
    pub fn produced_at(mut self, origin: impl Into<Origin>) -> Self {
        self.origin = origin.into();
        self
    }

    /// Reads the producer's context from the message's headers, as [`extract`](crate::extract) does.
    #[inline]
    #[must_use]
    pub fn headers(self, headers: impl CarrierRef) -> Self {
        self.produced_at(extract_of_message(headers))
    }

    /// Converts the message to one that borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Message<'static> {
        Message {
            system: self.system,
            fields: self.fields.map(|field| field.map(FieldValue::into_owned)),
            is_named: self.is_named,
            origin: self.origin,
            others: self.others,
        }
    }

    /// Sets the destination that the handler's attribute gives. An empty text means unknown.
    ///
    /// The user's expression may still return a generated name, such as the inbox of a request.
    pub(crate) fn set_named(&mut self, destination: StringValue) {
        self.is_named = true;
        self.mark_generated(destination.as_str());
        self.set(Field::Destination, FieldValue::Text(destination));
    }

    /// Sets the size of the payload in bytes.
    #[inline]
    pub(crate) fn set_body_size(&mut self, bytes: usize) {
        self.set(Field::BodySize, FieldValue::Number(bounded(bytes)));
    }

    /// Sets `system = …`.
    pub(crate) fn set_system(&mut self, system: StringValue) {
        self.system = system;
    }

    /// Sets `template = …`.
    pub(crate) fn set_template(&mut self, template: StringValue) {
        self.set(Field::Template, FieldValue::Text(template));
    }

    /// Sets `group = …`.
    pub(crate) fn set_group(&mut self, group: StringValue) {
        self.set(Field::Group, FieldValue::Text(group));
    }

    /// Sets the producer's context.
    ///
    /// A `Message` is large, so adapters fill it in place.
    #[doc(hidden)]
    pub fn linked_span_origin(&mut self, origin: Origin) {
        self.origin = origin;
    }

    pub(crate) fn system(&self) -> &StringValue {
        &self.system
    }

    pub(crate) fn has_id(&self) -> bool {
        self.fields[Field::Id as usize].is_some()
    }

    pub(crate) fn origin_ref(&self) -> &Origin {
        &self.origin
    }

    /// Returns the origin, and leaves none. A `Message` is large, so it is not moved.
    pub(crate) fn take_own_origin(&mut self) -> Origin {
        std::mem::take(&mut self.origin)
    }

    /// Returns the origin, which is copied only if the message is kept.
    pub(crate) fn take_origin(message: &mut Cow<'_, Self>) -> Origin {
        match message {
            Cow::Borrowed(message) => message.origin.clone(),
            Cow::Owned(message) => message.take_own_origin(),
        }
    }

    /// Returns the span's name: `process orders`, or `process` without a bounded destination.
    pub(crate) fn span_name(&self, operation: &'static str) -> Cow<'static, str> {
        span_name(operation, self.low_cardinality())
    }

    /// Returns the destination, if the span's name may contain it.
    pub(crate) fn low_cardinality(&self) -> Option<&str> {
        let text = |field: Field| self.fields[field as usize].as_ref()?.as_text();
        if let Some(template) = text(Field::Template) {
            return Some(template);
        }
        let is = |field: Field| self.fields[field as usize].is_some();
        let destination = text(Field::Destination)?;
        let is_bounded = self.is_named
            || !(is(Field::Temporary)
                || is(Field::Anonymous)
                || name::has_ids(self.system.as_str(), destination));
        is_bounded.then_some(destination)
    }

    /// Visits the attribute of each field.
    pub(crate) fn each_field(&self, mut visit: impl FnMut(Key, Value)) {
        for (field, value) in self.present() {
            if let Some(value) = value.to_value() {
                visit(field.key(self.system.as_str()), value);
            }
        }
    }

    /// Returns the attributes without a field.
    pub(crate) fn others(&self) -> &[KeyValue] {
        &self.others
    }

    fn present(&self) -> impl Iterator<Item = (Field, &FieldValue<'m>)> {
        let fields = Field::ALL.iter().zip(&self.fields);
        fields.filter_map(|(field, value)| Some((*field, value.as_ref()?)))
    }

    #[inline]
    pub(crate) fn set(&mut self, field: Field, value: FieldValue<'m>) {
        self.fields[field as usize] = Some(value);
    }

    pub(crate) fn set_destination(&mut self, destination: Cow<'m, str>) {
        self.mark_generated(&destination);
        self.set_text(Field::Destination, destination);
    }

    fn mark_generated(&mut self, destination: &str) {
        if self.system.as_str() != "kafka" && name::is_generated(destination) {
            self.is_named = false;
            self.set(Field::Temporary, FieldValue::True);
            self.set(Field::Anonymous, FieldValue::True);
        }
    }

    /// Sets a field, unless the text is empty.
    #[inline]
    pub(crate) fn set_text(&mut self, field: Field, text: Cow<'m, str>) {
        if !text.is_empty() {
            self.set(field, text.into());
        }
    }

    /// Sets a field, unless the number is negative.
    #[inline]
    pub(crate) fn set_number(
        &mut self,
        field: Field,
        number: i64,
        value: fn(i64) -> FieldValue<'m>,
    ) {
        if number >= 0 {
            self.set(field, value(number));
        }
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut message = formatter.debug_struct("Message");
        message.field("system", &self.system.as_str());
        self.each_field(|key, value| {
            message.field(key.as_str(), &value);
        });
        for other in &self.others {
            message.field(other.key.as_str(), &other.value);
        }
        message.field("origin", &self.origin).finish()
    }
}

/// Returns the span's name: `process orders`, or `process` without a destination.
pub(crate) fn span_name(operation: &'static str, destination: Option<&str>) -> Cow<'static, str> {
    match destination {
        Some(destination) => {
            let mut name = String::with_capacity(operation.len() + 1 + destination.len());
            name.push_str(operation);
            name.push(' ');
            name.push_str(destination);
            name.into()
        }
        None => operation.into(),
    }
}

fn bounded(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
