//! Plots as SVG: lines through points, on axes that are linear or logarithmic.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// A line through points.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Curve {
    /// What the legend calls it.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
}

/// How an axis is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Evenly, from zero.
    Linear,
    /// By powers of ten.
    Logarithmic,
}

/// An axis.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// What it tells, with its unit.
    pub label: &'static str,
    /// How it is divided.
    pub scale: Scale,
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 190.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 58.0;
/// Colours that those who see few colours can tell apart (Okabe and Ito).
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];

/// An axis over a range of values, laid over a range of the page.
struct Ruler {
    scale: Scale,
    least: f64,
    greatest: f64,
    from: f64,
    to: f64,
}

impl Ruler {
    fn new(scale: Scale, values: impl Iterator<Item = f64>, from: f64, to: f64) -> Ruler {
        let values: Vec<f64> =
            values.filter(|value| value.is_finite() && (scale == Scale::Linear || *value > 0.0)).collect();
        let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            (least, greatest) = (least.min(value), greatest.max(value));
        }
        if !least.is_finite() {
            (least, greatest) = (1.0, 10.0);
        }
        let (least, greatest) = match scale {
            Scale::Linear => (least.min(0.0), if greatest > 0.0 { greatest * 1.05 } else { 1.0 }),
            Scale::Logarithmic => {
                let least = 10_f64.powf(least.log10().floor());
                (least, 10_f64.powf(greatest.log10().ceil()).max(least * 10.0))
            }
        };
        Ruler { scale, least, greatest, from, to }
    }

    /// Where a value stands on the page; `None` for such as no axis of this kind has.
    fn place(&self, value: f64) -> Option<f64> {
        let share = match self.scale {
            Scale::Linear => (value - self.least) / (self.greatest - self.least),
            Scale::Logarithmic => (value / self.least).ln() / (self.greatest / self.least).ln(),
        };
        share.is_finite().then_some(self.from + share * (self.to - self.from))
    }

    /// The values at which the axis is marked.
    fn marks(&self) -> Vec<f64> {
        match self.scale {
            Scale::Linear => {
                let rough = (self.greatest - self.least) / 6.0;
                let power = 10_f64.powf(rough.log10().floor());
                let steps = [1.0, 2.0, 5.0, 10.0];
                let step = power * steps.into_iter().find(|step| step * power >= rough).unwrap_or(10.0);
                let count = ((self.greatest - self.least) / step).floor() as usize;
                (0..=count).map(|number| self.least + number as f64 * step).collect()
            }
            Scale::Logarithmic => {
                let powers = (self.greatest / self.least).log10().round() as i32;
                (0..=powers).map(|power| self.least * 10_f64.powi(power)).collect()
            }
        }
    }
}

/// A plot.
pub fn svg(title: &str, x: Axis, y: Axis, curves: &[Curve]) -> String {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let across = Ruler::new(x.scale, points().map(|(x, _)| *x), LEFT, WIDTH - RIGHT);
    let upward = Ruler::new(y.scale, points().map(|(_, y)| *y), HEIGHT - BOTTOM, TOP);
    let mut page = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n"
    );
    text(&mut page, LEFT, 24.0, "start", title);
    text(&mut page, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 16.0, "middle", x.label);
    text(&mut page, LEFT, TOP - 6.0, "start", y.label);
    for value in across.marks() {
        if let Some(at) = across.place(value) {
            rule(&mut page, (at, TOP), (at, HEIGHT - BOTTOM));
            text(&mut page, at, HEIGHT - BOTTOM + 18.0, "middle", &number(value));
        }
    }
    for value in upward.marks() {
        if let Some(at) = upward.place(value) {
            rule(&mut page, (LEFT, at), (WIDTH - RIGHT, at));
            text(&mut page, LEFT - 8.0, at + 4.0, "end", &number(value));
        }
    }
    for (curve, (colour, height)) in curves.iter().zip(COLOURS.iter().cycle().zip(0_u8..)) {
        line(&mut page, curve, colour, &across, &upward);
        let at = TOP + 12.0 + 20.0 * f64::from(height);
        let beside = WIDTH - RIGHT + 16.0;
        push(&mut page, format_args!("<circle cx=\"{beside}\" cy=\"{}\" r=\"4\" fill=\"{colour}\"/>\n", at - 4.0));
        text(&mut page, beside + 10.0, at, "start", &curve.name);
    }
    page.push_str("</svg>\n");
    page
}

fn line(page: &mut String, curve: &Curve, colour: &str, across: &Ruler, upward: &Ruler) {
    let places: Vec<(f64, f64)> =
        curve.points.iter().filter_map(|(x, y)| across.place(*x).zip(upward.place(*y))).collect();
    let points: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    push(
        page,
        format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n",
            points.join(" ")
        ),
    );
    for (x, y) in places {
        push(page, format_args!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>\n"));
    }
}

fn rule(page: &mut String, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    push(
        page,
        format_args!("<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"#dddddd\"/>\n"),
    );
}

fn text(page: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    push(page, format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>\n"));
}

/// A mark of an axis: large ones in thousands or millions.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1e6 => format!("{} M", trimmed(value / 1e6)),
        size if size >= 1e3 => format!("{} k", trimmed(value / 1e3)),
        _ => trimmed(value),
    }
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _written = text.write_fmt(arguments);
}
