//! The columns of a statement by name: one list makes the text after `SELECT` and the positions at which its rows are read, so that
//! no number has to agree with a text. Reading by position costs nothing; a look-up by name would, for every value of every row.

/// `columns!(psp_columns, psp_column { psp { id, name } })` makes the macro `psp_columns!()`, which is `"psp.id, psp.name"`, and the
/// positions `psp_column::id` and `psp_column::name`.
///
/// `{ mine = theirs }` gives a column another name here; `after other::last` makes a list that comes behind another.
macro_rules! columns {
    (@name $name:ident) => { stringify!($name) };
    (@name $name:ident $column:ident) => { stringify!($column) };
    (
        $list:ident, $at:ident $(after $before:ident::$last:ident)? {
            $first_table:ident { $first:ident $(= $first_column:ident)? $(, $name:ident $(= $column:ident)?)* $(,)? }
            $($table:ident { $($more:ident $(= $more_column:ident)?),+ $(,)? })*
        }
    ) => {
        macro_rules! $list {
            () => {
                concat!(
                    stringify!($first_table), ".", columns!(@name $first $($first_column)?),
                    $(", ", stringify!($first_table), ".", columns!(@name $name $($column)?),)*
                    $($(", ", stringify!($table), ".", columns!(@name $more $($more_column)?),)+)*
                )
            };
        }

        #[expect(non_upper_case_globals, non_camel_case_types, reason = "they are called as their columns")]
        pub(in crate::sqlite) mod $at {
            enum Order { $first, $($name,)* $($($more,)+)* }
            const START: usize = 0 $(+ 1 + super::$before::$last)?;
            pub(in crate::sqlite) const $first: usize = START + Order::$first as usize;
            $(pub(in crate::sqlite) const $name: usize = START + Order::$name as usize;)*
            $($(pub(in crate::sqlite) const $more: usize = START + Order::$more as usize;)+)*
        }
    };
}

/// `select!(psp_columns, "FROM psp")` is a statement that yields the columns of a list; `a + b` those of two.
macro_rules! select {
    ($list:ident $(+ $more:ident)*, $($rest:tt)+) => {
        concat!("SELECT ", $list!(), $(", ", $more!(),)* " ", $($rest)+)
    };
}
