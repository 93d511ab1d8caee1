//! OTLP as JSON, in all the forms that exporters write.
//!
//! Numbers of 64 bits are numbers or strings, enumerations numbers or names, names in camel or snake case, and fields are
//! missing, `null` or unknown. Ids are hexadecimal; some exporters write them in base64, some write the base64 of
//! hexadecimal digits, and some lists of bytes.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use flow_drawing::{Attribute, Event, Kind, Link, Span, SpanId, Status, TraceId};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use super::batch::{Batch, Part, keep};
use super::refusal::Refusal;
use super::text::{UNKNOWN_SERVICE, list_text, map_text};

/// Reads an `ExportTraceServiceRequest`, or `TracesData`, which looks the same.
pub(super) fn read(text: &[u8]) -> Result<Batch, Refusal> {
    let request: Request = serde_json::from_slice(text).map_err(Refusal::malformed)?;
    Ok(request.resource_spans.0)
}

#[derive(Deserialize)]
struct Request {
    #[serde(default, rename = "resourceSpans", alias = "resource_spans")]
    resource_spans: Spans<ResourceSpans>,
}

#[derive(Deserialize)]
struct ResourceSpans {
    #[serde(default)]
    resource: Option<Resource>,
    #[serde(
        default,
        rename = "scopeSpans",
        alias = "scope_spans",
        alias = "instrumentationLibrarySpans"
    )]
    scope_spans: Spans<ScopeSpans>,
}

#[derive(Default, Deserialize)]
struct Resource {
    #[serde(default)]
    attributes: Parts<AttributeJson, Attribute>,
}

#[derive(Deserialize)]
struct ScopeSpans {
    #[serde(default)]
    spans: Spans<SpanJson>,
}

#[derive(Deserialize)]
struct SpanJson {
    #[serde(default, rename = "traceId", alias = "trace_id")]
    trace: Id<16>,
    #[serde(default, rename = "spanId", alias = "span_id")]
    id: Id<8>,
    #[serde(default, rename = "parentSpanId", alias = "parent_span_id")]
    parent: Id<8>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    kind: Code,
    #[serde(default, rename = "startTimeUnixNano", alias = "start_time_unix_nano")]
    start: Number,
    #[serde(default, rename = "endTimeUnixNano", alias = "end_time_unix_nano")]
    end: Number,
    #[serde(default)]
    status: Option<StatusJson>,
    #[serde(default)]
    attributes: Parts<AttributeJson, Attribute>,
    #[serde(default)]
    events: Parts<EventJson, Event>,
    #[serde(default)]
    links: Parts<LinkJson, Link>,
}

#[derive(Deserialize)]
struct StatusJson {
    #[serde(default)]
    code: Code,
    #[serde(default)]
    message: Option<String>,
}

#[derive(Deserialize)]
struct EventJson {
    #[serde(default, rename = "timeUnixNano", alias = "time_unix_nano")]
    time: Number,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    attributes: Parts<AttributeJson, Attribute>,
}

#[derive(Deserialize)]
struct LinkJson {
    #[serde(default, rename = "traceId", alias = "trace_id")]
    trace: Id<16>,
    #[serde(default, rename = "spanId", alias = "span_id")]
    span: Id<8>,
    #[serde(default)]
    attributes: Parts<AttributeJson, Attribute>,
}

#[derive(Deserialize)]
struct AttributeJson {
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    value: Option<AnyJson>,
}

/// One of these, or none: `{}` is the empty value.
#[derive(Deserialize)]
struct AnyJson {
    #[serde(default, rename = "stringValue", alias = "string_value")]
    string: Option<String>,
    #[serde(default, rename = "boolValue", alias = "bool_value")]
    bool: Option<bool>,
    #[serde(default, rename = "intValue", alias = "int_value")]
    int: Option<Scalar>,
    #[serde(default, rename = "doubleValue", alias = "double_value")]
    double: Option<Scalar>,
    #[serde(default, rename = "arrayValue", alias = "array_value")]
    array: Option<Values<AnyJson>>,
    #[serde(default, rename = "kvlistValue", alias = "kvlist_value")]
    map: Option<Values<AttributeJson>>,
    #[serde(default, rename = "bytesValue", alias = "bytes_value")]
    bytes: Option<Scalar>,
}

#[derive(Deserialize)]
struct Values<T> {
    #[serde(default = "Vec::new")]
    values: Vec<T>,
}

impl AnyJson {
    fn text(self) -> String {
        if let Some(text) = self.string {
            text
        } else if let Some(value) = self.bool {
            value.to_string()
        } else if let Some(number) = self.int.or(self.double).or(self.bytes) {
            number.0
        } else if let Some(list) = self.array {
            list_text(list.values.into_iter().map(Self::text))
        } else if let Some(map) = self.map {
            map_text(map.values.into_iter().map(|entry| {
                let Attribute { key, value } = entry.into();
                (key, value)
            }))
        } else {
            String::new()
        }
    }
}

impl From<AttributeJson> for Attribute {
    fn from(read: AttributeJson) -> Self {
        Self {
            key: read.key.unwrap_or_default(),
            value: read.value.map(AnyJson::text).unwrap_or_default(),
        }
    }
}

impl From<EventJson> for Event {
    fn from(read: EventJson) -> Self {
        Self {
            time: read.time.0,
            name: read.name.unwrap_or_default(),
            attributes: read.attributes.0,
        }
    }
}

impl From<LinkJson> for Link {
    fn from(read: LinkJson) -> Self {
        let trace = read.trace.bytes().and_then(|id| TraceId::from_slice(&id));
        let span = read.span.bytes().and_then(|id| SpanId::from_slice(&id));
        Self {
            to: trace.zip(span),
            attributes: read.attributes.0,
        }
    }
}

/// The result of reading a list of spans, or of their containers.
trait AddTo {
    fn add_to(self, batch: &mut Batch);
}

impl AddTo for ResourceSpans {
    fn add_to(self, batch: &mut Batch) {
        let attributes = self.resource.unwrap_or_default().attributes.0;
        let named = attributes
            .into_iter()
            .rfind(|known| known.key == "service.name");
        let service = named.map_or_else(|| UNKNOWN_SERVICE.to_owned(), |known| known.value);
        let service: Arc<str> = service.into();
        let Batch { spans, invalid } = self.scope_spans.0;
        batch.invalid += invalid;
        batch.spans.extend(spans.into_iter().map(|span| Span {
            service: Arc::clone(&service),
            ..span
        }));
    }
}

impl AddTo for ScopeSpans {
    fn add_to(self, batch: &mut Batch) {
        let Batch { spans, invalid } = self.spans.0;
        batch.invalid += invalid;
        batch.spans.extend(spans);
    }
}

impl AddTo for SpanJson {
    fn add_to(self, batch: &mut Batch) {
        batch.add(self.span());
    }
}

impl SpanJson {
    /// Returns `None` if an id is not valid.
    fn span(self) -> Option<Span> {
        let parent = match self.parent {
            Id::None => None,
            Id::Some(bytes) => SpanId::from_slice(&bytes),
            Id::Invalid => return None,
        };
        let status = self
            .status
            .map_or(Status::Unset, |status| match status.code.0 {
                1 => Status::Ok,
                2 => Status::Error(status.message.unwrap_or_default()),
                _ => Status::Unset,
            });
        Some(Span {
            trace: TraceId::from_slice(&self.trace.bytes()?)?,
            id: SpanId::from_slice(&self.id.bytes()?)?,
            parent,
            name: self.name.unwrap_or_default(),
            kind: match self.kind.0 {
                2 => Kind::Server,
                3 => Kind::Client,
                4 => Kind::Producer,
                5 => Kind::Consumer,
                _ => Kind::Internal,
            },
            // Known once the resource is read, which may come last.
            service: Arc::default(),
            start: self.start.0,
            end: self.end.0,
            status,
            attributes: self.attributes.0,
            events: self.events.0,
            links: self.links.0,
        })
    }
}

/// A list that keeps only its spans, so that many empty elements take no memory.
struct Spans<T>(Batch, PhantomData<T>);

impl<T> Default for Spans<T> {
    fn default() -> Self {
        Self(Batch::default(), PhantomData)
    }
}

impl<'de, T: AddTo + Deserialize<'de>> Deserialize<'de> for Spans<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut batch = Batch::default();
        each(deserializer, |element: T| element.add_to(&mut batch))?;
        Ok(Self(batch, PhantomData))
    }
}

/// A list of attributes, events or links without the empty ones.
struct Parts<T, P>(Vec<P>, PhantomData<T>);

impl<T, P> Default for Parts<T, P> {
    fn default() -> Self {
        Self(Vec::new(), PhantomData)
    }
}

impl<'de, T: Deserialize<'de> + Into<P>, P: Part> Deserialize<'de> for Parts<T, P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut parts = Vec::new();
        each(deserializer, |part: T| keep(&mut parts, part.into()))?;
        Ok(Self(parts, PhantomData))
    }
}

/// Reads a list, or `null`, element by element.
fn each<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
    add: impl FnMut(T),
) -> Result<(), D::Error> {
    struct Each<T, F>(F, PhantomData<T>);

    impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for Each<T, F> {
        type Value = ();

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("a list")
        }

        fn visit_unit<E>(self) -> Result<(), E> {
            Ok(())
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
            while let Some(element) = list.next_element()? {
                (self.0)(element);
            }
            Ok(())
        }
    }
    deserializer.deserialize_any(Each(add, PhantomData))
}

/// An id: none, these bytes, or text that is no id.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Id<const N: usize> {
    #[default]
    None,
    Some([u8; N]),
    Invalid,
}

impl<const N: usize> Id<N> {
    fn bytes(self) -> Option<[u8; N]> {
        match self {
            Self::Some(bytes) => Some(bytes),
            Self::None | Self::Invalid => None,
        }
    }

    fn from_text(text: &str) -> Self {
        if text.is_empty() {
            return Self::None;
        }
        let bytes = unhex(text.as_bytes()).or_else(|| {
            let bytes = BASE64.decode(text).ok()?;
            bytes.as_slice().try_into().ok().or_else(|| unhex(&bytes))
        });
        bytes.map_or(Self::Invalid, Self::Some)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Id<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Ids<const N: usize>;

        impl<'de, const N: usize> Visitor<'de> for Ids<N> {
            type Value = Id<N>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an id as hexadecimal digits")
            }

            fn visit_unit<E>(self) -> Result<Id<N>, E> {
                Ok(Id::None)
            }

            fn visit_str<E>(self, text: &str) -> Result<Id<N>, E> {
                Ok(Id::from_text(text))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Id<N>, A::Error> {
                let mut bytes = [0; N];
                let mut length = 0;
                while length < N
                    && let Some(byte) = list.next_element()?
                {
                    bytes[length] = byte;
                    length += 1;
                }
                let mut is_longer = false;
                while list.next_element::<IgnoredAny>()?.is_some() {
                    is_longer = true;
                }
                Ok(match length {
                    0 => Id::None,
                    _ if length < N || is_longer => Id::Invalid,
                    _ => Id::Some(bytes),
                })
            }
        }
        deserializer.deserialize_any(Ids)
    }
}

/// Padding is optional, as it is elsewhere.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

fn unhex<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if digits.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let value = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(value(pair[0])? << 4 | value(pair[1])?).ok()?;
    }
    Some(bytes)
}

/// A number of 64 bits, as a number or as a string. One that is too large or negative counts as zero.
#[derive(Clone, Copy, Default)]
struct Number(u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<Scalar>::deserialize(deserializer)?;
        let text = text.map(|scalar| scalar.0).unwrap_or_default();
        // JavaScript writes large numbers as floats.
        let float = || text.parse::<f64>().map(from_float).unwrap_or_default();
        Ok(Self(text.parse().unwrap_or_else(|_| float())))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float converts to the nearest number"
)]
fn from_float(number: f64) -> u64 {
    number as u64
}

/// An enumeration's number, or its name.
#[derive(Clone, Copy, Default)]
struct Code(u64);

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let scalar = Option::<Scalar>::deserialize(deserializer)?;
        let text = scalar.map(|scalar| scalar.0).unwrap_or_default();
        Ok(Self(match text.as_str() {
            "STATUS_CODE_OK" | "SPAN_KIND_INTERNAL" => 1,
            "STATUS_CODE_ERROR" | "SPAN_KIND_SERVER" => 2,
            "SPAN_KIND_CLIENT" => 3,
            "SPAN_KIND_PRODUCER" => 4,
            "SPAN_KIND_CONSUMER" => 5,
            number => number.parse().unwrap_or_default(),
        }))
    }
}

/// A number or a string, as text.
struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalars;

        impl Visitor<'_> for Scalars {
            type Value = Scalar;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a number, or a number as a string")
            }

            fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Scalars)
    }
}
