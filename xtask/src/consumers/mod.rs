//! Stages `consumers` and `consumers-all`: a user's program, built as users build it, and run.
//!
//! The program of `tests-consumers` is built outside the repository, from the published package
//! ([`place`]), for each target and by each profile; alone, beside C libraries that contain heptad, and
//! beside another version of the crate. Each build is run: here, in QEMU's user mode, or by Node. All of
//! them have to print the same text.

mod place;
mod targets;

use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use self::place::Place;
use self::targets::{AARCH64, AARCH64_BARE, ALL, HOST, I686, MUSL, THUMB_V6, Target, X86_64_BARE};
pub(crate) use self::targets::{ALL_NEEDS, NEEDS};
use crate::job::{self, Job};
use crate::stage::Count;

/// The profiles of the program: Cargo's own two, and those of its manifest; those with most builds in [`QUICK`] first.
const PROFILES: &[&str] =
    &["fat", "release", "dev", "thin", "single", "small", "smallest", "abort", "checked"];

/// What else is linked into the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Partner {
    Nothing,
    /// Two C libraries that contain heptad.
    C,
    /// The next version of the crate.
    Next,
}

impl Partner {
    const ALL: [Partner; 3] = [Partner::Nothing, Partner::C, Partner::Next];

    fn features(self) -> &'static [&'static str] {
        match self {
            Partner::Nothing => &[],
            Partner::C => &["--features", "c"],
            Partner::Next => &["--features", "next"],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Partner::Nothing => "alone",
            Partner::C => "beside C libraries",
            Partner::Next => "beside another version",
        }
    }
}

/// Builds for one target, by each profile with each partner.
type Block = (&'static Target, &'static [&'static str], &'static [Partner]);

/// One of each kind: every profile here, and for other targets the combinations that differ most. Beside a partner the
/// program has all that it has alone.
const QUICK: &[Block] = &[
    (&HOST, &["fat"], &[Partner::C, Partner::Next]),
    (&HOST, &["dev", "single"], &[Partner::C]),
    (&HOST, &["dev"], &[Partner::Next]),
    (&HOST, &["release", "thin", "small", "smallest", "abort", "checked"], &[Partner::Nothing]),
    (&X86_64_BARE, &["dev"], &[Partner::Nothing]),
    (&X86_64_BARE, &["fat"], &[Partner::C, Partner::Next]),
    (&AARCH64_BARE, &["dev"], &[Partner::Nothing]),
    (&AARCH64_BARE, &["fat"], &[Partner::C, Partner::Next]),
    (&MUSL, &["release"], &[Partner::Nothing]),
    (&I686, &["release"], &[Partner::Nothing]),
    (&AARCH64, &["release"], &[Partner::Nothing]),
    (&THUMB_V6, &["release"], &[Partner::Nothing]),
];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    run_blocks(shell, QUICK)
}

/// Every target, by every profile, with every partner.
pub(crate) fn run_all(shell: &Shell) -> Result<Count> {
    let blocks: Vec<Block> =
        ALL.iter().map(|target| (*target, PROFILES, &Partner::ALL[..])).collect();
    run_blocks(shell, &blocks)
}

fn run_blocks(shell: &Shell, blocks: &[Block]) -> Result<Count> {
    let mut place = Place::make(shell)?;
    for (target, ..) in blocks.iter().filter(|(.., partners)| partners.contains(&Partner::C)) {
        if target.c_compiler.is_some() {
            place.build_c_libraries(shell, target)?;
        }
    }
    // Cargo locks the folder of a profile, and programs for one target and profile have one path.
    let sum = job::run_beside(PROFILES.to_vec(), |shell, profile| {
        let mut sum = Count::NONE;
        for (target, _, partners) in blocks.iter().filter(|block| block.1.contains(&profile)) {
            let is_there =
                |partner: &&Partner| **partner != Partner::C || target.c_compiler.is_some();
            for partner in partners.iter().filter(is_there) {
                sum += check(shell, &place, target, profile, *partner)?;
            }
        }
        Ok(sum)
    })?;
    if sum.failed > 0 {
        println!("      to be looked at: {}", place.keep().display());
    }
    Ok(sum)
}

/// Builds and runs one program: one check.
fn check(
    shell: &Shell,
    place: &Place,
    target: &Target,
    profile: &str,
    partner: Partner,
) -> Result<Count> {
    let what = format!("{} by profile {profile}, {}", target.name, partner.name());
    let build = {
        let _elsewhere = shell.push_dir(place.program());
        let cargo = cmd!(shell, "cargo build --quiet --profile {profile}")
            .args(["--target", target.name, "--target-dir"])
            .arg(place.target_folder())
            .args(partner.features())
            .args((!target.has_atomics).then_some("--no-default-features"))
            .env("RUSTFLAGS", target.flags)
            .env("C_LIBRARIES", place.c_libraries(target));
        let variable = target.name.to_uppercase().replace('-', "_");
        let cargo = match target.linker {
            Some(linker) => cargo.env(format!("CARGO_TARGET_{variable}_LINKER"), linker),
            None => cargo,
        };
        Job::step(what.clone(), cargo)
    };
    let built = build.run()?;
    if built.failed > 0 {
        return Ok(built);
    }
    let program = place.built(target, profile);
    let said = start(shell, place, target, &program).with_context(|| format!("running {what}"))?;
    let wanted = expected(partner, target.has_atomics);
    if said != wanted {
        println!("      {what} says\n{said}\n      where it should say\n{wanted}");
    }
    Ok(Count::of(said == wanted))
}

fn start(shell: &Shell, place: &Place, target: &Target, program: &Path) -> Result<String> {
    let host = place.program().join("host.mjs");
    let words = target.launcher.iter().map(|word| match *word {
        "host.mjs" => host.as_os_str(),
        word => word.as_ref(),
    });
    let mut words = words.chain([program.as_os_str()]);
    let first = words.next().context("there is a program")?;
    // The output and the exit code count.
    Ok(cmd!(shell, "{first}").args(words).quiet().read()?)
}

/// The output of a program: the lines of its parts, in their order.
fn expected(partner: Partner, has_atomics: bool) -> String {
    let text = include_str!("../../../tests-consumers/program/expected.txt");
    let (c, rust): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("C: "));
    let rust = rust.into_iter().filter(|line| has_atomics || !line.starts_with("lockfree: "));
    let rust: Vec<&str> = rust.collect();
    let lines = match partner {
        Partner::Nothing => rust,
        Partner::C => [rust, c].concat(),
        Partner::Next => rust.repeat(2),
    };
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// A profile that is added to the manifest has to be added here.
    #[test]
    fn every_profile_of_the_program_is_built() {
        let manifest = include_str!("../../../tests-consumers/program/Cargo.toml");
        let listed = manifest.lines().filter_map(|line| line.strip_prefix("[profile."));
        let listed: Vec<&str> = listed.filter_map(|rest| rest.strip_suffix(']')).collect();
        let all = |profiles: &[&'static str]| profiles.iter().copied().collect::<BTreeSet<_>>();
        assert_eq!(all(&[&["dev", "release"], &listed[..]].concat()), all(PROFILES));
        let built: Vec<&str> = QUICK.iter().flat_map(|block| block.1).copied().collect();
        assert_eq!(all(&built), all(PROFILES));
    }

    #[test]
    fn each_part_of_a_program_has_its_lines() {
        let lines = |partner, has_atomics| expected(partner, has_atomics).lines().count();
        let alone = lines(Partner::Nothing, true);
        assert!(alone > 1);
        assert_eq!(lines(Partner::Nothing, false), alone - 1);
        assert_eq!(lines(Partner::C, true), alone + 1);
        assert_eq!(lines(Partner::Next, true), 2 * alone);
    }
}
