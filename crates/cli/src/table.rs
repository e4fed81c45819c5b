//! Rows for a person: columns as wide as their widest cell.

/// The rows, aligned, one line each.
pub(crate) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = Columns::of(rows);
    rows.iter().map(|row| columns.line(row)).collect::<Vec<_>>().join("\n")
}

/// The widths of columns, for rows that come one after the other.
#[derive(Debug)]
pub(crate) struct Columns {
    widths: Vec<usize>,
}

impl Columns {
    /// As wide as these rows want.
    pub(crate) fn of(rows: &[Vec<String>]) -> Self {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let cells = |column: usize| rows.iter().filter_map(move |row| row.get(column));
        Self { widths: (0..columns).map(|column| width(cells(column))).collect() }
    }

    /// At least as wide as this.
    pub(crate) fn at_least(mut self, widths: &[usize]) -> Self {
        self.widths.resize(self.widths.len().max(widths.len()), 0);
        for (width, least) in self.widths.iter_mut().zip(widths) {
            *width = (*width).max(*least);
        }
        self
    }

    /// A row; a cell that is too long pushes the rest of its line.
    pub(crate) fn line(&self, row: &[String]) -> String {
        let cells: Vec<String> = row.iter().zip(&self.widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    }
}

fn width<'a>(cells: impl Iterator<Item = &'a String>) -> usize {
    cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Columns, aligned};

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        assert_eq!(aligned(&[row(["a", "b"]), row(["long", "c"])]), "a     b\nlong  c");
    }

    #[test]
    fn rows_that_come_later_stand_below_the_first_ones() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let columns = Columns::of(&[row(["A", "B"]), row(["long", "b"])]).at_least(&[2]);
        assert_eq!(columns.line(&row(["c", "d"])), "c     d");
        assert_eq!(columns.line(&row(["longer", "d"])), "longer  d");
    }
}
