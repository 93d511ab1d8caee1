//! The column of each card: to the right of its causes.

use crate::fold::Folded;

/// Returns the column of each card.
///
/// A cycle of traces is cut where a walk from the earliest trace meets itself. A card without a cause is next to its
/// effects, so that a late producer does not need an arrow across the whole picture.
pub(crate) fn columns(folded: &Folded) -> Vec<usize> {
    let effects = effects(folded);
    let order = causes_first(&effects);
    let mut position = vec![0; effects.len()];
    for (number, &card) in order.iter().enumerate() {
        position[card] = number;
    }
    // An arrow against this order closes a cycle.
    let forward = |from: usize, to: &usize| position[from] < position[*to];
    let mut columns = vec![0; effects.len()];
    let mut has_cause = vec![false; effects.len()];
    for &card in &order {
        for &effect in effects[card].iter().filter(|to| forward(card, to)) {
            columns[effect] = columns[effect].max(columns[card] + 1);
            has_cause[effect] = true;
        }
    }
    for card in (0..effects.len()).filter(|&card| !has_cause[card]) {
        let forward = effects[card].iter().filter(|to| forward(card, to));
        let nearest = forward.map(|&effect| columns[effect]).min();
        columns[card] = nearest.map_or(columns[card], |nearest| nearest - 1);
    }
    columns
}

fn effects(folded: &Folded) -> Vec<Vec<usize>> {
    let mut effects = vec![Vec::new(); folded.cards.len()];
    for arrow in &folded.arrows {
        if arrow.producer.card != arrow.handler.card {
            effects[arrow.producer.card].push(arrow.handler.card);
        }
    }
    for effects in &mut effects {
        effects.sort_unstable();
        effects.dedup();
    }
    effects
}

/// The cards, each before its effects. Cards without a cause come first, so that a cycle is entered where it begins.
fn causes_first(effects: &[Vec<usize>]) -> Vec<usize> {
    let mut has_cause = vec![false; effects.len()];
    effects
        .iter()
        .flatten()
        .for_each(|&effect| has_cause[effect] = true);
    let (inner, roots): (Vec<usize>, Vec<usize>) =
        (0..effects.len()).partition(|&card| has_cause[card]);
    let mut seen = vec![false; effects.len()];
    let mut done = Vec::with_capacity(effects.len());
    for start in roots.into_iter().chain(inner) {
        // Each card with the number of its effects that were walked.
        let mut path = vec![(start, 0)];
        if seen[start] {
            continue;
        }
        seen[start] = true;
        while let Some((card, walked)) = path.last_mut() {
            if let Some(&effect) = effects[*card].get(*walked) {
                *walked += 1;
                if !seen[effect] {
                    seen[effect] = true;
                    path.push((effect, 0));
                }
            } else {
                done.push(*card);
                path.pop();
            }
        }
    }
    done.reverse();
    done
}
