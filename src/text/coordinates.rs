//! N15: coordinates of MARC 034 and centres of WKT geometries.

/// Decimal degrees of `W0765200`, `E02508.31`, `-65.123` and their like; NaN if there is no number.
pub fn coordinate_to_decimal(text: &str) -> f64 {
    let compact: String = text.chars().filter(|c| *c != ' ').collect();
    let (sign, is_letter, rest) = match compact.chars().next() {
        Some(c @ ('E' | 'W' | 'N' | 'S' | 'e' | 'w' | 'n' | 's')) => {
            (if matches!(c, 'W' | 'S' | 'w' | 's') { -1.0 } else { 1.0 }, true, &compact[1..])
        }
        Some(c @ ('+' | '-')) => (if c == '-' { -1.0 } else { 1.0 }, false, &compact[1..]),
        _ => (1.0, false, compact.as_str()),
    };
    let has_sign = rest.len() < compact.len();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let fraction = rest.as_bytes().get(digits).filter(|b| **b == b'.').map_or(0, |_| {
        rest.as_bytes()[digits + 1..].iter().take_while(|b| b.is_ascii_digit()).count()
    });
    let number = |from: usize, to: usize| {
        rest.get(from..to).and_then(|t| t.parse::<f64>().ok()).unwrap_or(f64::NAN)
    };
    let end = if fraction > 0 { digits + 1 + fraction } else { digits };
    if is_letter && digits >= 7 {
        // Only the first seven digits count, and of a fraction of the seconds three or none.
        let seconds_end = if digits == 7 && fraction >= 3 { 11 } else { 7 };
        return sign * (number(0, 3) + number(3, 5) / 60.0 + number(5, seconds_end) / 3600.0);
    }
    if digits == 3 && fraction > 0 {
        return sign * number(0, end);
    }
    if digits == 5 && fraction > 0 && (is_letter || !has_sign) {
        return sign * (number(0, 3) + number(3, end) / 60.0);
    }
    if digits > 0 && fraction > 0 {
        return sign * number(0, end);
    }
    if is_letter && digits >= 5 && end == rest.len() {
        let (degrees, minutes) = (digits - 4, digits - 2);
        return sign
            * (number(0, degrees)
                + number(degrees, minutes) / 60.0
                + number(minutes, end) / 3600.0);
    }
    if is_letter || digits == 0 {
        return f64::NAN;
    }
    sign * number(0, digits)
}

/// At most 14 significant digits, no trailing zeros: PHP's way to write a float.
pub fn format_coordinate(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    if value == 0.0 {
        return if value.is_sign_negative() { "-0".into() } else { "0".into() };
    }
    let scientific = format!("{value:.13e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if !(-4..=14).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let rest = if rest.is_empty() { "0" } else { rest };
        return format!("{sign}{first}.{rest}E{exponent:+}");
    }
    match usize::try_from(exponent) {
        Err(_) => {
            let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
            format!("{sign}0.{zeros}{digits}")
        }
        Ok(exponent) if digits.len() <= exponent + 1 => {
            format!("{sign}{digits}{}", "0".repeat(exponent + 1 - digits.len()))
        }
        Ok(exponent) => {
            let (whole, fraction) = digits.split_at(exponent + 1);
            format!("{sign}{whole}.{fraction}")
        }
    }
}

/// Centre of a WKT geometry as `lon lat`; empty if it cannot be read.
///
/// A polygon has the centroid of its outer ring; everything else the centre of its bounds.
pub fn center_of_wkt(wkt: &str) -> String {
    center(wkt).map_or_else(String::new, |(x, y)| {
        format!("{} {}", format_coordinate(x), format_coordinate(y))
    })
}

fn center(wkt: &str) -> Option<(f64, f64)> {
    let wkt = wkt.trim();
    let (name, body) = wkt.split_once('(')?;
    let body = body.strip_suffix(')')?;
    let name = name.trim().to_ascii_uppercase();
    match name.as_str() {
        "ENVELOPE" => {
            let corners: Vec<f64> =
                body.split(',').map(|n| n.trim().parse().ok()).collect::<Option<_>>()?;
            let [min_x, max_x, max_y, min_y] = corners.try_into().ok()?;
            Some((f64::midpoint(min_x, max_x), f64::midpoint(max_y, min_y)))
        }
        "POINT" => match points(body)?.as_slice() {
            [point] => Some(*point),
            _ => None,
        },
        "POLYGON" => centroid(&points(body.split(')').next()?)?),
        "LINESTRING" | "MULTIPOINT" | "MULTILINESTRING" | "MULTIPOLYGON" => bounds(&points(body)?),
        "GEOMETRYCOLLECTION" => {
            let numbers = body.replace(|c: char| c.is_ascii_alphabetic(), " ");
            bounds(&points(&numbers)?)
        }
        _ => None,
    }
    .filter(|(x, y)| x.is_finite() && y.is_finite())
}

/// The points of a coordinate list; brackets inside are overlooked.
fn points(body: &str) -> Option<Vec<(f64, f64)>> {
    body.split(',')
        .map(|pair| {
            let mut numbers = pair
                .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')'))
                .filter(|n| !n.is_empty())
                .map(str::parse::<f64>);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        })
        .collect()
}

fn bounds(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let (first, rest) = points.split_first()?;
    let (mut low, mut high) = (*first, *first);
    for (x, y) in rest {
        low = (low.0.min(*x), low.1.min(*y));
        high = (high.0.max(*x), high.1.max(*y));
    }
    Some((f64::midpoint(low.0, high.0), f64::midpoint(low.1, high.1)))
}

fn centroid(ring: &[(f64, f64)]) -> Option<(f64, f64)> {
    let first = ring.first()?;
    let next = ring.iter().cycle().skip(1);
    let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
    for (a, b) in ring.iter().zip(next) {
        let cross = a.0 * b.1 - a.1 * b.0;
        area += cross;
        x += (a.0 + b.0) * cross;
        y += (a.1 + b.1) * cross;
    }
    if area == 0.0 {
        return Some(*first);
    }
    Some((x / (3.0 * area), y / (3.0 * area)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_degrees() {
        let cases = [
            ("W0765200", -76.866_666_666_667),
            ("e0250831", 25.141_944_444_444),
            ("E 0250831", 25.141_944_444_444),
            ("e0250831.123", 25.141_978_611_111_11),
            ("W072.123", -72.123),
            ("-65.123", -65.123),
            ("+65.123", 65.123),
            ("E02508.31", 25.1385),
            ("N372500", 37.416_666_666_666_664),
            ("S012.583377", -12.583_377),
            ("079.533265", 79.533_265),
            ("E07932.5332", 79.542_22),
            ("E0793235.575", 79.543_215_277_777_78),
            ("00200000", 200_000.0),
            ("W1234567.5", -123.768_611_111_11),
            ("E0250831,5", 25.141_944_444_444),
            ("E 025 08 31", 25.141_944_444_444),
            ("-23.5", -23.5),
            ("60", 60.0),
            ("-60", -60.0),
        ];
        for (text, expected) in cases {
            let got = coordinate_to_decimal(text);
            assert!((got - expected).abs() < 1e-9, "{text}: {got}");
        }
        for text in ["", "a", "abc", "E", "N60", "-", ".", "ä", "Nä"] {
            assert!(coordinate_to_decimal(text).is_nan(), "{text}");
        }
    }

    #[test]
    fn numbers_as_php_writes_them() {
        let cases = [
            (60.666_666_666_666_664, "60.666666666667"),
            (19.5, "19.5"),
            (-76.866_666_666_666_67, "-76.866666666667"),
            (0.0, "0"),
            (200_000.0, "200000"),
            (0.0001, "0.0001"),
            (0.00001, "1.0E-5"),
            (0.000_012_5, "1.25E-5"),
            (1e20, "1.0E+20"),
            (123.0, "123"),
            (f64::NAN, ""),
        ];
        for (value, expected) in cases {
            assert_eq!(format_coordinate(value), expected);
        }
    }

    #[test]
    fn centers() {
        let cases = [
            ("POINT(24.9 60.1)", "24.9 60.1"),
            ("POLYGON((22 60, 23 60, 23 61, 22 61, 22 60))", "22.5 60.5"),
            ("ENVELOPE(22, 23, 61, 60)", "22.5 60.5"),
            ("MULTIPOINT(1 2, 3 4)", "2 3"),
            ("MULTIPOINT((1 2), (3 4))", "2 3"),
            ("LINESTRING(1 1, 2 2)", "1.5 1.5"),
            ("POLYGON((0 0, 3 0, 0 3, 0 0))", "1 1"),
            ("POLYGON((1 1, 1 1, 1 1))", "1 1"),
            ("MULTIPOLYGON(((0 0,2 0,2 2,0 0)),((4 4,6 4,6 6,4 4)))", "3 3"),
            ("GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(3 4,5 6))", "3 4"),
            ("POINT(200 95)", "200 95"),
            ("bad", ""),
            ("POINT()", ""),
            ("POINT(1)", ""),
            ("ENVELOPE(1,2,3)", ""),
            ("POLYGON(", ""),
            ("", ""),
        ];
        for (wkt, expected) in cases {
            assert_eq!(center_of_wkt(wkt), expected, "{wkt}");
        }
    }
}
