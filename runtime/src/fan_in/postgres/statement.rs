//! Plain statements, built from the texts of the procedures.
//!
//! A plain statement takes about 0.7 of the server's time of a procedure. It does not detect an open transaction, so only
//! connections of the store's own execute it. One that changes nothing has no row as its result; then the procedure decides.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use super::argument::Argument;

/// A procedure that has a plain statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Template {
    /// An arrival at this place of the declaration.
    Arrive {
        place: u8,
        searches: bool,
    },
    /// An arrival at any place, of a function whose inputs are rows.
    ArriveRows {
        searches: bool,
    },
    Finish,
    FinishRows,
    Forget,
    Release,
    Renew,
    Retry,
    RetryRows,
}

/// A statement, and the arguments of the procedure that it has as parameters.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) text: Arc<str>,
    arguments: Vec<usize>,
}

/// The statements for one schema. Each is built once.
#[derive(Debug, Default)]
pub(super) struct Statements(Mutex<HashMap<Template, Arc<Statement>>>);

/// The arguments that each procedure has before its own.
const FIRST: [&str; 4] = [
    "the_procedure",
    "the_lock_timeout",
    "the_function",
    "the_inputs",
];

const ARRIVE: &str = include_str!("procedures/arrive.sql");
const ARRIVE_FAST: &str = include_str!("procedures/arrive_fast.sql");
const ARRIVE_ROWS: &str = include_str!("procedures/arrive_rows.sql");
const ARRIVE_ROWS_FAST: &str = include_str!("procedures/arrive_rows_fast.sql");
const REMOVE_ROWS_OF_ENDED: &str = include_str!("procedures/remove_rows_of_ended.sql");
const OTHERS_ARE_DUE: &str = include_str!("procedures/others_are_due.sql");

const IS_DECLARED: &str = "the_procedure = 'NAME' AND EXISTS (SELECT FROM SCHEMA.linked_span_functions AS functions \
                           WHERE functions.name = the_function AND functions.inputs = the_inputs AND functions.v2 IS NULL)";

const PAYLOADS: &str = "payload_0, payload_1, payload_2, payload_3, payload_4, payload_5, \
                        payload_6, payload_7, payload_8, payload_9, payload_10, payload_11";

impl Statements {
    /// Returns the statement of a procedure, with this prefix before the names of tables.
    pub(super) fn get(&self, template: Template, procedure: &str, prefix: &str) -> Arc<Statement> {
        let mut built = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let statement = built
            .entry(template)
            .or_insert_with(|| Arc::new(Statement::new(template, procedure, prefix)));
        Arc::clone(statement)
    }
}

impl Statement {
    fn new(template: Template, name: &str, prefix: &str) -> Self {
        let procedure = template.procedure();
        let mut parameters = FIRST.to_vec();
        parameters.extend(own_parameters(procedure));
        let text = without_comments(&template.text())
            .replace("PAYLOADS", PAYLOADS)
            .replace("IS_DECLARED", IS_DECLARED)
            .replace("NAME", name)
            .replace("SCHEMA.", prefix);
        let mut numbered = String::with_capacity(text.len());
        let mut arguments = Vec::new();
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
        for piece in text.split_inclusive(|character| !is_part(character)) {
            let word = piece.trim_end_matches(|character| !is_part(character));
            let Some(argument) = parameters.iter().position(|parameter| *parameter == word) else {
                numbered.push_str(piece);
                continue;
            };
            let known = arguments.iter().position(|known| *known == argument);
            let number = known.unwrap_or_else(|| {
                arguments.push(argument);
                arguments.len() - 1
            });
            // Writing to a string does not fail.
            let _ = write!(numbered, "${}{}", number + 1, &piece[word.len()..]);
        }
        Self {
            text: numbered.into(),
            arguments,
        }
    }

    /// Returns the arguments of the statement, from those of its procedure.
    pub(super) fn of<'a, 'q>(
        &'a self,
        arguments: &'a [Argument<'q>],
    ) -> impl Iterator<Item = Argument<'q>> + 'a {
        let place = |place: &usize| arguments.get(*place).copied();
        self.arguments.iter().filter_map(place)
    }
}

impl Template {
    fn procedure(self) -> &'static str {
        match self {
            Self::Arrive { .. } => ARRIVE,
            Self::ArriveRows { .. } => ARRIVE_ROWS,
            Self::Finish => include_str!("procedures/finish.sql"),
            Self::FinishRows => include_str!("procedures/finish_rows.sql"),
            Self::Forget => include_str!("procedures/forget.sql"),
            Self::Release => include_str!("procedures/release.sql"),
            Self::Renew => include_str!("procedures/renew.sql"),
            Self::Retry => include_str!("procedures/retry.sql"),
            Self::RetryRows => include_str!("procedures/retry_rows.sql"),
        }
    }

    fn text(self) -> String {
        match self {
            Self::Arrive { place, searches } => {
                let arrive = format!("{ARRIVE_FAST}{}", search(searches));
                arrive.replace("NTH", &place.to_string())
            }
            Self::ArriveRows { searches } => {
                format!("{ARRIVE_ROWS_FAST}{} FROM joined", search(searches))
            }
            Self::FinishRows => {
                let query = self.body("INTO");
                query.replace("REMOVE_ROWS_OF_ENDED", REMOVE_ROWS_OF_ENDED)
            }
            Self::Finish
            | Self::Forget
            | Self::Release
            | Self::Renew
            | Self::Retry
            | Self::RetryRows => {
                format!("{} RETURNING 'recorded' AS reply", self.body(";"))
            }
        }
    }

    /// Returns the procedure's only statement, up to this text.
    fn body(self, end: &str) -> &'static str {
        let body = self.procedure();
        let body = body
            .split_once("BEGIN_WRITE")
            .map_or(body, |(_, body)| body);
        body.split_once(end).map_or(body, |(only, _)| only)
    }
}

/// Returns the column by which an arrival finds out whether other joins are due.
fn search(searches: bool) -> String {
    if !searches {
        return String::new();
    }
    let search = without_comments(OTHERS_ARE_DUE).replace("the_time", "joined.at");
    format!(", ({search}) AS others_are_due")
}

/// Returns the names of the parameters that only this procedure has. Each has a line of its own.
fn own_parameters(procedure: &str) -> impl Iterator<Item = &str> {
    let head = procedure.split_once("WRITE(").map_or("", |(_, head)| head);
    let head = head.split_once("AS $body$").map_or("", |(head, _)| head);
    let words = head
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    words.filter(|word| word.starts_with("the_") || *word == "searches_others")
}

/// Removes comments, which the server would read at each call of a client without prepared statements.
fn without_comments(text: &str) -> String {
    let code = text
        .lines()
        .map(|line| line.split("--").next().unwrap_or(line).trim());
    let code: Vec<_> = code.filter(|line| !line.is_empty()).collect();
    code.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{Statement, Template};

    #[test]
    fn statement_has_the_used_arguments_as_parameters() {
        let renew = Statement::new(Template::Renew, "renew", "shop.");
        assert!(
            renew
                .text
                .starts_with("UPDATE shop.linked_span_joins SET until = now + $1,")
        );
        // The lease, the function, the key, the token, the procedure's name, and the inputs.
        assert_eq!(renew.arguments, [6, 2, 4, 5, 0, 3]);
        assert!(renew.text.ends_with("RETURNING 'recorded' AS reply"));
    }

    #[test]
    fn statement_has_no_word_of_the_texts_left() {
        let arrivals = (0..12)
            .flat_map(|place| [true, false].map(|searches| Template::Arrive { place, searches }));
        let others = [
            Template::ArriveRows { searches: true },
            Template::ArriveRows { searches: false },
            Template::Finish,
            Template::FinishRows,
            Template::Forget,
            Template::Release,
            Template::Renew,
            Template::Retry,
            Template::RetryRows,
        ];
        for template in arrivals.chain(others) {
            let text = Statement::new(template, "any", "").text;
            for word in [
                "the_",
                "NTH",
                "NAME",
                "SCHEMA",
                "IS_DECLARED",
                "PAYLOADS",
                "ROWS",
                ";",
                "--",
            ] {
                assert!(!text.contains(word), "{word}: {text}");
            }
        }
    }
}
