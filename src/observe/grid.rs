//! Counters whose labels come from closed sets, made all at once: counting is an index and an addition, without a
//! lock or a hash, and what never happened stands at zero.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// A counter that many may raise at a time.
pub type Count = Counter<u64, AtomicU64>;

/// A label's name, and its words in the order of their enum.
pub type Axis = (&'static str, Vec<&'static str>);

/// The axis of a closed word list.
macro_rules! axis {
    ($label:literal, $words:ty) => {
        ($label, <$words>::ALL.iter().map(|word| word.word()).collect::<Vec<_>>())
    };
}
pub(super) use axis;

/// A counter for each combination of the words of `N` labels.
#[derive(Debug)]
pub struct Grid<const N: usize> {
    sizes: [usize; N],
    counts: Box<[Count]>,
}

impl<const N: usize> Grid<N> {
    /// All counters at zero, registered.
    pub fn new(registry: &mut Registry, name: &str, help: &str, axes: [Axis; N]) -> Grid<N> {
        let family: Family<[(&'static str, &'static str); N], Count> = Family::default();
        let sizes = axes.each_ref().map(|(_, words)| words.len());
        let all = sizes.iter().product();
        let counts = (0..all).map(|place| {
            let mut rest = place;
            // The last label changes fastest.
            let mut labels = axes.each_ref().map(|(label, _)| (*label, ""));
            for ((_, words), label) in axes.iter().zip(&mut labels).rev() {
                label.1 = words.get(rest % words.len().max(1)).copied().unwrap_or_default();
                rest /= words.len().max(1);
            }
            family.get_or_create_owned(&labels)
        });
        let counts = counts.collect();
        registry.register(name, help, family);
        Grid { sizes, counts }
    }

    /// Counts one at a place: the position of each label's word in its enum.
    pub fn count(&self, place: [usize; N]) {
        let at = self.sizes.iter().zip(place).fold(0, |at, (size, word)| at * size + word);
        if let Some(count) = self.counts.get(at) {
            count.inc();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_the_counter_of_its_words() {
        let mut registry = Registry::default();
        let axes = [("a", vec!["x", "y"]), ("b", vec!["1", "2", "3"]), ("c", vec!["p", "q"])];
        let grid = Grid::new(&mut registry, "grid", "A test", axes.clone());
        let mut times = 0;
        let mut expected = Vec::new();
        for (a, x) in axes[0].1.iter().enumerate() {
            for (b, y) in axes[1].1.iter().enumerate() {
                for (c, z) in axes[2].1.iter().enumerate() {
                    times += 1;
                    (0..times).for_each(|_| grid.count([a, b, c]));
                    expected.push(format!("grid_total{{a=\"{x}\",b=\"{y}\",c=\"{z}\"}} {times}"));
                }
            }
        }
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        for line in expected {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }
}
