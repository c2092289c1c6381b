//! What is asked: names of a register, and how a question about one is worded.

use std::io::BufRead;

/// Many names, close together in memory: the load shall not be what is measured.
#[derive(Debug, Default)]
pub struct Names {
    text: String,
    ends: Vec<u32>,
    /// Each name stands for so many: itself, and copies of it with `k1-`, `k2-` … before it.
    times: usize,
}

impl Names {
    /// One name a line.
    pub fn read(lines: impl BufRead) -> Names {
        let mut names = Names { times: 1, ..Names::default() };
        for line in lines.lines() {
            names.text.push_str(&line.unwrap());
            names.ends.push(u32::try_from(names.text.len()).expect("names of 4 GB"));
        }
        names
    }

    /// These names and copies of them, so many times in all.
    pub fn times(self, times: usize) -> Names {
        Names { times, ..self }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len() * self.times
    }

    /// Appends a name.
    pub fn write(&self, number: usize, to: &mut Vec<u8>) {
        let (at, copy) = (number / self.times, number % self.times);
        let begin = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        if copy > 0 {
            to.extend_from_slice(copy_mark(copy).as_bytes());
        }
        to.extend_from_slice(&self.text.as_bytes()[begin..self.ends[at] as usize]);
    }
}

/// What stands before a copy's name.
pub fn copy_mark(copy: usize) -> String {
    format!("k{copy}-")
}

/// How questions are worded.
#[derive(Clone, Copy, Debug)]
pub struct Questions {
    /// What stands before the name, on one line.
    pub before: &'static str,
    /// What stands behind it.
    pub after: &'static str,
    /// The names.
    pub names: &'static Names,
    /// Which of them are asked for.
    pub draw: Draw,
}

impl Questions {
    /// Words the next question into `to`, which is emptied, and says where the name in it stands.
    pub fn next(&self, dice: &mut Dice, to: &mut Vec<u8>) -> std::ops::Range<usize> {
        let number = match self.draw {
            Draw::Uniform => dice.below(self.names.len()),
            Draw::Zipf(drawn) => drawn[dice.below(drawn.len())] as usize,
        };
        to.clear();
        to.extend_from_slice(self.before.as_bytes());
        self.names.write(number, to);
        let end = to.len();
        to.extend_from_slice(self.after.as_bytes());
        self.before.len()..end
    }
}

/// Which names are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Draw {
    /// Each as often as any other.
    Uniform,
    /// One of these numbers, drawn beforehand by [`zipf`].
    Zipf(&'static [u32]),
}

/// Numbers below `bound` whose frequencies fall as one over their rank (Zipf's law with exponent 1). Ranks are scattered
/// over the numbers, so that what is asked for often does not lie together in the register.
pub fn zipf(bound: usize, draws: usize) -> Vec<u32> {
    let mut sum = 0.0;
    let sums: Vec<f64> = (1..=bound)
        .map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        })
        .collect();
    // A prime that divides no register's size here visits every number once.
    let scatter = |rank: usize| u32::try_from((rank as u64 * 2_147_483_647 % bound as u64) as usize).unwrap();
    let mut dice = Dice::new(7);
    (0..draws)
        .map(|_| {
            let wanted = dice.share() * sum;
            scatter(sums.partition_point(|sum| *sum < wanted).min(bound - 1))
        })
        .collect()
}

/// Numbers that look random (xorshift64*); each seed has its own.
pub struct Dice(u64);

impl Dice {
    /// Those of a seed.
    pub fn new(seed: usize) -> Dice {
        Dice((seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32
    }

    /// The next one below a bound of 32 bits.
    pub fn below(&mut self, bound: usize) -> usize {
        ((self.bits() * bound as u64) >> 32) as usize
    }

    /// The next one between 0 and 1.
    fn share(&mut self) -> f64 {
        self.bits() as f64 / (1_u64 << 32) as f64
    }
}
