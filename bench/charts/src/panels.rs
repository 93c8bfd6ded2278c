//! What a chart shows, before it is drawn.

/// A picture: panels in rows, under one heading and one legend.
pub(crate) struct Chart {
    pub(crate) title: String,
    /// Which direction is better.
    pub(crate) note: String,
    pub(crate) columns: usize,
    pub(crate) panels: Vec<Panel>,
}

pub(crate) enum Panel {
    Curves(Curves),
    Bars(Bars),
}

/// Lines through points.
pub(crate) struct Curves {
    pub(crate) title: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) series: Vec<Series>,
}

pub(crate) struct Axis {
    pub(crate) label: &'static str,
    /// Equal distances are equal ratios.
    pub(crate) is_logarithmic: bool,
    /// Does it begin at zero? Only without logarithms.
    pub(crate) from_zero: bool,
}

pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// A bar for each contender, the shortest first.
pub(crate) struct Bars {
    pub(crate) title: String,
    pub(crate) bars: Vec<Bar>,
}

pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) value: f64,
    /// Is it of another kind, which the chart's note explains?
    pub(crate) is_muted: bool,
}

impl Chart {
    /// The contenders with a curve, in the order of their first one.
    pub(crate) fn legend(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for panel in &self.panels {
            let Panel::Curves(curves) = panel else { continue };
            for series in curves.series.iter().filter(|series| !series.points.is_empty()) {
                if !names.contains(&series.name.as_str()) {
                    names.push(&series.name);
                }
            }
        }
        names
    }
}
