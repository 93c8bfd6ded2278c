//! A stage: a name, its needs, and its work.

use anyhow::{Result, bail};
use xshell::Shell;

pub(crate) use crate::count::Count;
use crate::needs::Need;

/// One stage: its name on the command line, its line in `--list`, its needs, and its work.
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) needs: &'static [Need],
    pub(crate) run: fn(&Shell) -> Result<Count>,
}

/// The stages of `table` selected by `names`, in the table's order; all of them if there are no
/// names.
pub(crate) fn select<'table>(
    table: &'table [Stage],
    names: &[String],
) -> Result<Vec<&'table Stage>> {
    for name in names {
        if !table.iter().any(|stage| stage.name == name) {
            let known: Vec<&str> = table.iter().map(|stage| stage.name).collect();
            bail!("there is no stage `{name}`; the stages are: {}", known.join(", "));
        }
    }
    let wanted = |stage: &&Stage| names.is_empty() || names.iter().any(|name| name == stage.name);
    Ok(table.iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_stage_is_an_error_that_names_the_known_ones() {
        fn nothing(_: &Shell) -> Result<Count> {
            Ok(Count::NONE)
        }
        let stage = |name| Stage { name, about: "", needs: &[], run: nothing };
        let table = [stage("one"), stage("two")];
        let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();

        let error = select(&table, &names(&["two", "three"])).err().unwrap().to_string();
        assert!(error.contains("`three`") && error.contains("one, two"), "{error}");
        let chosen = select(&table, &names(&["two", "one"])).unwrap();
        assert_eq!(chosen.iter().map(|stage| stage.name).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(select(&table, &[]).unwrap().len(), 2);
    }
}
