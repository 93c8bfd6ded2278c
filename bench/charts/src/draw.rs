//! Charts as SVG: dark on white, which is legible on light and on dark pages.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::cells::OURS;
use crate::panels::{Axis, Bar, Bars, Chart, Curves, Panel};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const FONT: &str = "sans-serif";
const PANEL: (u32, u32) = (420, 300);
const HEAD_HEIGHT: u32 = 62;
const LEGEND_ROW: i32 = 22;
/// A bar, with the space to the next one.
const BAR_HEIGHT: i32 = 20;
const INK: RGBColor = RGBColor(0x24, 0x29, 0x2f);
const GREY: RGBColor = RGBColor(0x6e, 0x77, 0x81);
const OURS_COLOR: RGBColor = RGBColor(0xd5, 0x5e, 0x00);
const PEER_BAR: RGBColor = RGBColor(0x7f, 0xae, 0xd3);
const MUTED_BAR: RGBColor = RGBColor(0xc4, 0xc9, 0xcf);
/// Colours of the peers' curves that colour-blind readers can tell apart (Okabe and Ito).
const PEERS: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x00, 0x00, 0x00),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x8c, 0x8c, 0x8c),
];

/// Draws the chart.
pub(crate) fn svg(chart: &Chart) -> Result<String> {
    let legend = chart.legend();
    let width = PANEL.0 * chart.columns as u32;
    let head = HEAD_HEIGHT + LEGEND_ROW as u32 * legend_rows(&legend, width);
    let rows = chart.panels.chunks(chart.columns).map(height).sum::<u32>();
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, (width, head + rows)).into_drawing_area();
        draw(chart, &legend, &root, head).map_err(|error| anyhow!("drawing: {error}"))?;
    }
    Ok(text)
}

type Drawn = Result<(), Box<dyn std::error::Error>>;

fn draw(chart: &Chart, legend: &[&str], root: &Area<'_>, head: u32) -> Drawn {
    root.fill(&WHITE)?;
    let (above, mut below) = root.split_vertically(head);
    above.draw(&Text::new(chart.title.clone(), (16, 12), bold(18)))?;
    above.draw(&Text::new(chart.note.clone(), (16, 36), style(13, &GREY)))?;
    draw_legend(legend, &above)?;
    for row in chart.panels.chunks(chart.columns) {
        let (areas, rest) = below.split_vertically(height(row));
        below = rest;
        for (panel, area) in row.iter().zip(areas.split_evenly((1, chart.columns))) {
            match panel {
                Panel::Curves(curves) => draw_curves(curves, legend, &area)?,
                Panel::Bars(bars) => draw_bars(bars, &area)?,
            }
        }
    }
    root.present()?;
    Ok(())
}

/// The height of a row of panels.
fn height(row: &[Panel]) -> u32 {
    let of = |panel: &Panel| match panel {
        Panel::Curves(_) => PANEL.1,
        Panel::Bars(bars) => 44 + BAR_HEIGHT as u32 * bars.bars.len() as u32,
    };
    row.iter().map(of).max().unwrap_or_default()
}

fn style(size: u32, color: &RGBColor) -> TextStyle<'static> {
    (FONT, size).into_font().color(color)
}

fn bold(size: u32) -> TextStyle<'static> {
    (FONT, size, FontStyle::Bold).into_font().color(&INK)
}

/// Ours stands out; the others have a colour by their place in the legend.
fn color_of(name: &str, legend: &[&str]) -> RGBColor {
    if is_ours(name) {
        return OURS_COLOR;
    }
    let place = legend.iter().filter(|other| !is_ours(other)).position(|other| *other == name);
    PEERS[place.unwrap_or_default() % PEERS.len()]
}

/// heptad, and heptad's table in another form.
fn is_ours(name: &str) -> bool {
    name.starts_with(OURS)
}

/// Places of the names in the legend, in rows that are not wider than `width`.
fn places<'a>(legend: &[&'a str], width: u32) -> Vec<(&'a str, i32, u32)> {
    let (mut x, mut row) = (16, 0);
    let mut places = Vec::new();
    for name in legend {
        let needed = 44 + 7 * name.len() as i32;
        if x + needed > width as i32 && x > 16 {
            (x, row) = (16, row + 1);
        }
        places.push((*name, x, row));
        x += needed;
    }
    places
}

fn legend_rows(legend: &[&str], width: u32) -> u32 {
    places(legend, width).last().map_or(0, |(_, _, row)| row + 1)
}

fn draw_legend(legend: &[&str], area: &Area<'_>) -> Drawn {
    for (name, x, row) in places(legend, area.dim_in_pixel().0) {
        let y = 66 + LEGEND_ROW * row as i32;
        let line = vec![(x, y), (x + 24, y)];
        area.draw(&PathElement::new(line, line_style(name, legend)))?;
        area.draw(&dot((x + 12, y), name, legend))?;
        let anchored = style(13, &INK).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(name.to_owned(), (x + 30, y), anchored))?;
    }
    Ok(())
}

fn line_style(name: &str, legend: &[&str]) -> ShapeStyle {
    color_of(name, legend).stroke_width(if is_ours(name) { 3 } else { 2 })
}

/// A point of a curve: full for ours as it is, empty for its other forms, small for peers.
fn dot<C>(at: C, name: &str, legend: &[&str]) -> Circle<C, i32> {
    let color = color_of(name, legend);
    match name {
        OURS => Circle::new(at, 4, color.filled()),
        _ if is_ours(name) => Circle::new(at, 4, color.stroke_width(2)),
        _ => Circle::new(at, 3, color.filled()),
    }
}

impl Axis {
    fn place(&self, value: f64) -> f64 {
        if self.is_logarithmic { value.log10() } else { value }
    }

    /// The places of the least and the greatest value, with room around them.
    fn range(&self, values: impl Iterator<Item = f64> + Clone) -> std::ops::Range<f64> {
        let places = values.map(|value| self.place(value));
        let least = places.clone().fold(f64::INFINITY, f64::min);
        let most = places.fold(f64::NEG_INFINITY, f64::max);
        let room = ((most - least) * 0.08).max(1e-3);
        let from = if self.from_zero && !self.is_logarithmic { 0.0 } else { least - room };
        from..most + room
    }

    fn shown(&self, place: f64) -> String {
        let value = if self.is_logarithmic { 10f64.powf(place) } else { place };
        match value {
            0.0 => "0".into(),
            ..10.0 => format!("{value:.1}"),
            ..10e3 => format!("{value:.0}"),
            ..10e6 => format!("{:.0}k", value / 1e3),
            _ => format!("{:.0}M", value / 1e6),
        }
    }
}

fn draw_curves(curves: &Curves, legend: &[&str], area: &Area<'_>) -> Drawn {
    let points = || curves.series.iter().flat_map(|series| series.points.iter());
    let x_range = curves.x.range(points().map(|point| point.0));
    let y_range = curves.y.range(points().map(|point| point.1));
    let mut chart = ChartBuilder::on(area)
        .caption(&curves.title, bold(14))
        .margin(8)
        .margin_right(18)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d(x_range, y_range)?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .bold_line_style(RGBColor(0xe4, 0xe7, 0xeb))
        .axis_style(GREY)
        .label_style(style(12, &INK))
        .axis_desc_style(style(13, &INK))
        .x_desc(curves.x.label)
        .y_desc(curves.y.label)
        .x_labels(7)
        .y_labels(7)
        .x_label_formatter(&|place| curves.x.shown(*place))
        .y_label_formatter(&|place| curves.y.shown(*place))
        .draw()?;
    // Ours last, so that nothing covers it.
    let (ours, peers): (Vec<_>, Vec<_>) =
        curves.series.iter().partition(|series| is_ours(&series.name));
    for series in peers.into_iter().chain(ours) {
        let places: Vec<_> =
            series.points.iter().map(|(x, y)| (curves.x.place(*x), curves.y.place(*y))).collect();
        chart.draw_series(LineSeries::new(places.clone(), line_style(&series.name, legend)))?;
        chart.draw_series(places.into_iter().map(|at| dot(at, &series.name, legend)))?;
    }
    Ok(())
}

fn draw_bars(bars: &Bars, area: &Area<'_>) -> Drawn {
    const NAMES: i32 = 130;
    const FIGURES: i32 = 60;
    let most = bars.bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let longest = area.dim_in_pixel().0 as i32 - NAMES - FIGURES;
    area.draw(&Text::new(bars.title.clone(), (16, 8), bold(14)))?;
    for (index, Bar { name, value, is_muted }) in bars.bars.iter().enumerate() {
        let top = 32 + BAR_HEIGHT * index as i32;
        let end = NAMES + (longest as f64 * value / most) as i32;
        let middle = top + BAR_HEIGHT / 2 - 1;
        let color = match is_muted {
            _ if is_ours(name) => OURS_COLOR,
            true => MUTED_BAR,
            false => PEER_BAR,
        };
        area.draw(&Rectangle::new([(NAMES, top), (end, top + BAR_HEIGHT - 4)], color.filled()))?;
        let font = if is_ours(name) { bold(12) } else { style(12, &INK) };
        let before = font.clone().pos(Pos::new(HPos::Right, VPos::Center));
        area.draw(&Text::new(name.clone(), (NAMES - 8, middle), before))?;
        let after = font.pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(format!("{value:.0}"), (end + 6, middle), after))?;
    }
    Ok(())
}
