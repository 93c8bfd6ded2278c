//! Two large files of 64-bit ids: how many different ones has each, and how many do they share?
//!
//! ```console
//! $ cargo run --release --example dedup_ids -- FIRST SECOND [MIB]
//! ```
//!
//! A file is eight bytes per id, least byte first. Without arguments the example makes two of its own.
//! Memory is bounded by `MIB` (64 unless given): each set lives in a part of it, grows in place, and
//! ends with a clear message where the ids do not fit. The intersection goes to the part that is
//! left, in one streaming pass.

use std::{
    env,
    error::Error,
    fs::{self, File},
    io::{self, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use heptad::{
    hash::{Keyed, hash_word},
    layout::{LINE_BYTES, Line},
    robin_hood::{Merge, Set},
    storage::Region,
};

type Ids<'a> = Set<Region<'a>>;

/// Ids between two progress lines.
const STRIDE: u64 = 1 << 16;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (first, second) = match &arguments[..] {
        [first, second, ..] => (first.into(), second.into()),
        _ => make_files()?,
    };
    let mebibytes: usize = arguments.get(2).map_or(Ok(64), |text| text.parse())?;

    let mut memory = vec![Line::EMPTY; (mebibytes << 20) / LINE_BYTES];
    let part = memory.len() / 3;
    let (one, rest) = memory.split_at_mut(part);
    let (two, three) = rest.split_at_mut(part);

    // The same order for both, or they could not be merged.
    let order = Keyed::new(0x5eed);
    let one = read(&first, Set::new_in(Region::from_lines(one)?, order)?)?;
    let two = read(&second, Set::new_in(Region::from_lines(two)?, order)?)?;
    let target = Region::from_lines(three)?;
    let both = one.try_merge_in(Merge::Intersection, &two, target).map_err(|it| it.error)?;
    println!("{} and {} different ids, {} in both", one.len(), two.len(), both.len());
    println!("the first five of those: {:?}", both.iter().take(5).collect::<Vec<_>>());
    if arguments.is_empty() {
        fs::remove_file(first)?;
        fs::remove_file(second)?;
    }
    Ok(())
}

/// Puts all ids of a file into `ids`, with a line that shows how far it is.
fn read<'a>(path: &Path, mut ids: Ids<'a>) -> Result<Ids<'a>, Box<dyn Error>> {
    let file = File::open(path)?;
    let total = file.metadata()?.len() / 8;
    let mut file = BufReader::new(file);
    let mut bytes = [0; 8];
    for number in 0..total {
        file.read_exact(&mut bytes)?;
        ids.try_insert(u64::from_le_bytes(bytes))
            .map_err(|it| format!("{} of {total} ids read: {}", number, it.error))?;
        if number % STRIDE == 0 || number + 1 == total {
            let done = (number + 1) as f64 / total as f64;
            let bar = "#".repeat((done * 30.0) as usize);
            let kibibytes = ids.stats().bytes >> 10;
            print!("\r{:<30} {:>3.0} %  {} ids in {kibibytes} KiB", bar, done * 100.0, ids.len());
            io::stdout().flush()?;
        }
    }
    println!("  {}", path.display());
    Ok(ids)
}

/// Two files of 300,000 ids, every third of them twice, that share half of what they have.
fn make_files() -> io::Result<(PathBuf, PathBuf)> {
    let make = |name: &str, from: u64| {
        let path = env::temp_dir().join(format!("heptad-{}-{name}.ids", std::process::id()));
        let mut file = io::BufWriter::new(File::create(&path)?);
        for number in from..from + 225_000 {
            let id = hash_word(1, number);
            for _ in 0..1 + u32::from(number % 3 == 0) {
                file.write_all(&id.to_le_bytes())?;
            }
        }
        file.flush()?;
        Ok::<_, io::Error>(path)
    };
    Ok((make("first", 0)?, make("second", 112_500)?))
}
