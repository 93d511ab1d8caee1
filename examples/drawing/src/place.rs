//! Heights in a column: as near as possible to each item's wished height, without overlap.

/// An item in a column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    /// The wished height of its top.
    pub(crate) wish: f64,
    pub(crate) height: f64,
    /// The room that it needs below its top.
    pub(crate) gap: f64,
}

/// Returns the top of each item. They stay in this order, and the sum of the squares of their distances from their wishes
/// is the smallest possible.
pub(crate) fn tops(items: &[Item]) -> Vec<f64> {
    // Without the heights above them, the tops of items that touch are equal. So this is an isotonic regression.
    let mut above = 0.0;
    let mut blocks: Vec<Block> = Vec::new();
    let mut offsets = Vec::with_capacity(items.len());
    for item in items {
        offsets.push(above);
        let mut block = Block {
            sum: item.wish - above,
            count: 1,
        };
        while blocks
            .last()
            .is_some_and(|last| last.mean() >= block.mean())
        {
            let last = blocks.pop();
            block = Block {
                sum: block.sum + last.as_ref().map_or(0.0, |last| last.sum),
                count: block.count + last.map_or(0, |last| last.count),
            };
        }
        blocks.push(block);
        above += item.height + item.gap;
    }
    let levels = blocks
        .iter()
        .flat_map(|block| std::iter::repeat_n(block.mean(), block.count));
    levels
        .zip(offsets)
        .map(|(level, offset)| level + offset)
        .collect()
}

/// Returns the top of each item. They stay in this order, and none is above its wished height.
pub(crate) fn downwards(items: &[Item]) -> Vec<f64> {
    let mut below = f64::NEG_INFINITY;
    let tops = items.iter().map(|item| {
        let top = item.wish.max(below);
        below = top + item.height + item.gap;
        top
    });
    tops.collect()
}

/// Items that touch.
struct Block {
    sum: f64,
    count: usize,
}

impl Block {
    #[expect(clippy::cast_precision_loss, reason = "no picture has 2^52 items")]
    fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(wish: f64) -> Item {
        Item {
            wish,
            height: 10.0,
            gap: 2.0,
        }
    }

    #[test]
    fn items_that_do_not_touch_stand_where_they_wish() {
        assert_eq!(tops(&[item(5.0), item(40.0)]), [5.0, 40.0]);
    }

    #[test]
    fn items_that_wish_for_one_place_share_the_distance() {
        assert_eq!(tops(&[item(6.0), item(6.0)]), [0.0, 12.0]);
        assert_eq!(
            tops(&[item(60.0), item(36.0), item(0.0)]),
            [20.0, 32.0, 44.0]
        );
    }

    #[test]
    fn items_that_go_downwards_stand_at_their_wish_or_below() {
        assert_eq!(
            downwards(&[item(6.0), item(6.0), item(40.0)]),
            [6.0, 18.0, 40.0]
        );
    }
}
