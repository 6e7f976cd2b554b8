//! The plot: each ratio as a bar, its limit as a line across it.

use std::fmt::Write as _;

use crate::Result;
use crate::bars::Bar;

const ROW: f64 = 26.0;
const LABELS: f64 = 560.0;
const SCALE: f64 = 130.0;

/// An SVG of the ratios; absolute figures are drawn as parts of their limit.
pub fn draw(bars: &[Bar]) -> Result<String> {
    let (width, height) = (LABELS + 3.2 * SCALE, ROW * (bars.len() as f64 + 1.0));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for (n, bar) in bars.iter().enumerate() {
        let y = ROW * (n as f64 + 0.5);
        let (value, limit) =
            if bar.unit == "µs" { (bar.ratio, bar.bar) } else { (bar.ratio / bar.bar, 1.0) };
        let (length, mark) = (value.min(3.0) * SCALE, LABELS + limit * SCALE);
        let (colour, middle, bottom) = (if bar.held { "#4a8f5c" } else { "#c0503c" }, y + 13.0, y + 20.0);
        writeln!(
            out,
            "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{LABELS}\" y=\"{y}\" width=\"{length:.1}\" height=\"18\" fill=\"{colour}\"/>\
             <line x1=\"{mark:.1}\" x2=\"{mark:.1}\" y1=\"{}\" y2=\"{bottom}\" stroke=\"#222\" stroke-width=\"2\"/>\
             <text x=\"{:.1}\" y=\"{middle}\">{value:.2}</text>",
            LABELS - 8.0,
            bar.what,
            y - 2.0,
            LABELS + length.max(limit * SCALE) + 6.0,
        )?;
    }
    out += "</svg>\n";
    Ok(out)
}
