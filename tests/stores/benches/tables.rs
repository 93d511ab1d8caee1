//! The tables.

use linked_span_tests::figures::{Table, number, ratio};

use crate::counted::count;
use crate::measured::{Calls, measure};
use crate::place::Place;

const NONE: &str = "–";

/// Prints the tables of the store with this name. Returns `false` if there is none.
pub(crate) async fn print(store: &str) -> bool {
    let places = Place::all().await;
    let is_it = |place: &&Place| place.title().trim_matches('`') == store;
    let Some(place) = places.iter().find(is_it) else {
        return false;
    };
    let places = std::slice::from_ref(place);
    print!("{}{}", times(places), round_trips(places).await);
    true
}

pub(crate) async fn round_trips(places: &[Place]) -> Table {
    let mut table = Table::new(
        "What a server is asked by an arrival or a settlement, as it counts itself",
        ["", "round trips", "commands in a script"],
    );
    for place in places {
        eprintln!("counting {}", place.title());
        if let Some(asked) = count(place).await {
            table.push(place.title(), [ratio(asked.trips), ratio(asked.inside)]);
        }
    }
    table
}

pub(crate) fn times(places: &[Place]) -> Table {
    let mut table = Table::new(
        "Arrivals and settlements a second",
        [
            "",
            "arrivals",
            "to bare",
            "p50",
            "p99",
            "settlements",
            "to bare",
            "p50",
            "p99",
        ],
    );
    for place in places {
        for sharing in place.shared() {
            let who = format!("{} × {}", sharing.processes, sharing.at_once);
            eprintln!("timing {}, {who}", place.title());
            let measured = measure(place, sharing);
            let barest = measured.bare.first();
            let [arrivals, settlements] =
                [&measured.arrivals, &measured.settlements].map(|calls| row(calls, barest));
            let name = format!("{}, {who}", place.title());
            table.push(&name, arrivals.into_iter().chain(settlements));
            for (way, (title, calls)) in place.bare().iter().zip(&measured.bare).enumerate() {
                let figures = row(calls, barest.filter(|_| way > 0)).into_iter();
                let nothing = [NONE; 4].map(str::to_owned);
                table.push(&format!("{title}, {who}"), figures.chain(nothing));
            }
        }
    }
    table
}

/// Returns calls per second, the ratio to the bare calls, and percentiles.
fn row(calls: &Calls, bare: Option<&Calls>) -> [String; 4] {
    let to_bare = bare.map(|bare| ratio(calls.time() / bare.time()));
    [
        number(1e6 / calls.time()),
        to_bare.unwrap_or_else(|| NONE.to_owned()),
        number(calls.percentile(50)),
        number(calls.percentile(99)),
    ]
}
