//! Tables without borders: they survive being copied into a mail.

use comfy_table::{ContentArrangement, Table, presets};

pub fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(head.iter().map(|head| head.to_uppercase()));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

/// Every line but the trailing blanks that a table without borders has.
pub fn print(table: &Table) {
    for line in table.to_string().lines() {
        say!("{}", line.trim_end());
    }
}
