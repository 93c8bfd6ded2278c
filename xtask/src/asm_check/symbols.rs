//! What the linker and the unwinder see of a routine: its symbol, section and frame.

use std::path::Path;

use anyhow::{Context, Result, bail};
use gimli::{BaseAddresses, CieOrFde, EhFrame, LittleEndian, UnwindSection};
use object::elf::{SHF_EXECINSTR, STB_WEAK, STT_FUNC, STV_HIDDEN};
use object::read::elf::{ElfFile64, SectionHeader, Sym};
use object::{Endianness, Object, ObjectSection};

/// The place of a routine's code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) address: u64,
    pub(super) size: u64,
    /// Offset from the start of the file.
    pub(super) offset: u64,
}

/// The complaints about the symbol and the section of `routine` in an object file that contains
/// nothing else.
pub(super) fn complaints_of_object(
    data: &[u8],
    symbol: &str,
    section: &str,
) -> Result<Vec<String>> {
    let file = ElfFile64::<Endianness>::parse(data)?;
    let endian = file.endian();
    let mut complaints = Vec::new();
    let symbols = file.elf_symbol_table();
    let named =
        symbols.iter().find(|one| symbols.symbol_name(endian, one) == Ok(symbol.as_bytes()));
    let named = named.with_context(|| format!("there is no symbol {symbol}"))?;
    let mut require = |holds: bool, what: &str| {
        if !holds {
            complaints.push(format!("{symbol}: {what}"));
        }
    };
    let code = file.section_by_name(section).with_context(|| format!("no section {section}"))?;
    require(named.st_type() == STT_FUNC, ".type is missing");
    require(named.st_visibility() == STV_HIDDEN, ".hidden is missing");
    require(named.st_bind() == STB_WEAK, ".weak is missing");
    // GNU as pads sections of RISC-V up to their alignment.
    let size = named.st_size(endian);
    let fits = size == code.size() || size.next_multiple_of(code.align()) == code.size();
    require(fits && size > 0, ".size is missing or wrong");
    require(code.align() == 64, "its section is not aligned to 64 bytes");
    let stack = file.section_by_name(".note.GNU-stack");
    let is_executable = |section: object::read::elf::ElfSection64<'_, '_, Endianness>| {
        section.elf_section_header().sh_flags(endian).contains(SHF_EXECINSTR)
    };
    require(stack.is_some_and(|stack| !is_executable(stack)), ".note.GNU-stack is missing");
    require(file.section_by_name(".eh_frame").is_some(), "CFI is missing");
    Ok(complaints)
}

/// The address of `symbol` in a linked program.
pub(super) fn place(data: &[u8], symbol: &str) -> Result<Place> {
    let file = ElfFile64::<Endianness>::parse(data)?;
    let endian = file.endian();
    let symbols = file.elf_symbol_table();
    let named =
        symbols.iter().find(|one| symbols.symbol_name(endian, one) == Ok(symbol.as_bytes()));
    let named = named.with_context(|| format!("there is no symbol {symbol}"))?;
    let (address, size) = (named.st_value(endian), named.st_size(endian));
    for section in file.sections() {
        let start = section.address();
        if (start..start + section.size()).contains(&address) {
            let (offset, _) = section.file_range().context("code without a place in the file")?;
            return Ok(Place { address, size, offset: offset + (address - start) });
        }
    }
    bail!("{symbol} is in no section")
}

/// Does the unwinder find a frame description of exactly this code?
pub(super) fn has_frame_description(data: &[u8], place: Place) -> Result<bool> {
    let file = ElfFile64::<Endianness>::parse(data)?;
    let section = file.section_by_name(".eh_frame").context("there is no .eh_frame")?;
    let frames = EhFrame::new(section.data()?, LittleEndian);
    let mut bases = BaseAddresses::default().set_eh_frame(section.address());
    if let Some(text) = file.section_by_name(".text") {
        bases = bases.set_text(text.address());
    }
    let mut entries = frames.entries(&bases);
    while let Some(entry) = entries.next()? {
        if let CieOrFde::Fde(partial) = entry {
            let frame = partial.parse(EhFrame::cie_from_offset)?;
            if frame.initial_address() == place.address && frame.len() == place.size {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The contents of a file, with its name in the error.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}
