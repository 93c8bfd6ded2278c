//! The tables with each core's interrupt stubs and stacks, and what an exception does.
//!
//! `vectors.S` has the stubs. Each exception ends the run. The trap of `boot.S` turns FP and SIMD
//! instructions into invalid opcodes and absent devices; these end it with [`Exit::FloatTrap`], the
//! rest with [`Exit::Exception`]. Exceptions are reported on a separate stack, so that a core that
//! overflows its stack, and so faults on the guard page, can still report it. A fault before these
//! tables are loaded resets the machine: QEMU ends with status 0, which is not [`Exit::Pass`].

use core::arch::global_asm;
use core::mem::offset_of;

use ::x86_64::VirtAddr;
use ::x86_64::instructions::port::Port;
use ::x86_64::instructions::segmentation::{CS, SS, Segment};
use ::x86_64::instructions::tables::load_tss;
use ::x86_64::registers::control::Cr2;
use ::x86_64::structures::gdt::{Descriptor, GlobalDescriptorTable};
use ::x86_64::structures::idt::InterruptDescriptorTable;
use ::x86_64::structures::tss::TaskStateSegment;
use spin::Once;

use super::{CORES, Exit, exit, seize_console};

/// The vectors of the local APIC's interrupts. The second must end in 1111.
pub(super) const TIMER_VECTOR: u8 = 0x20;
pub(super) const SPURIOUS_VECTOR: u8 = 0xff;

/// The index of the one stack in a task segment's table.
const FAULT_STACK: u16 = 0;

global_asm!(include_str!("vectors.S"), options(att_syntax, raw));

type ExceptionStub = [u8; 16];

unsafe extern "C" {
    /// The exceptions' stubs, one per vector.
    #[link_name = "heptad_exceptions"]
    static EXCEPTION_STUBS: [ExceptionStub; 32];
    #[link_name = "heptad_timer"]
    static TIMER_STUB: u8;
    #[link_name = "heptad_spurious"]
    static SPURIOUS_STUB: u8;
}

/// Names the exceptions of [`InterruptDescriptorTable`] that are handled: all that a processor
/// without virtualization raises.
macro_rules! exceptions {
    ($($name:ident)+) => {
        /// Sends every exception to its stub, on the stack for faults.
        fn set_exceptions(table: &mut InterruptDescriptorTable) {
            $({
                const VECTOR: usize = vector_at(offset_of!(InterruptDescriptorTable, $name));
                let stub = (&raw const EXCEPTION_STUBS).cast::<ExceptionStub>().wrapping_add(VECTOR);
                // SAFETY: the stub takes this vector's frame, and does not return.
                let options = unsafe { table.$name.set_handler_addr(VirtAddr::from_ptr(stub)) };
                // SAFETY: every task segment has that stack; no handler that uses it returns.
                unsafe { options.set_stack_index(FAULT_STACK) };
            })+
        }

        fn exception_name(vector: usize) -> &'static str {
            $(if vector == vector_at(offset_of!(InterruptDescriptorTable, $name)) {
                return stringify!($name);
            })+
            "unknown exception"
        }
    };
}

exceptions! {
    divide_error debug non_maskable_interrupt breakpoint overflow bound_range_exceeded
    invalid_opcode device_not_available double_fault invalid_tss segment_not_present
    stack_segment_fault general_protection_fault page_fault x87_floating_point alignment_check
    machine_check simd_floating_point
}

/// The vector whose entry is at `offset_bytes` of the table.
const fn vector_at(offset_bytes: usize) -> usize {
    offset_bytes / 16
}

/// Loads this core's tables. Once per core, with interrupts masked.
pub(super) fn set_up_core(core: usize, fault_stack_end: usize) {
    static TASK_SEGMENTS: [Once<TaskStateSegment>; CORES] = [const { Once::new() }; CORES];
    static SEGMENTS: [Once<GlobalDescriptorTable>; CORES] = [const { Once::new() }; CORES];
    static VECTORS: Once<InterruptDescriptorTable> = Once::new();

    let task_segment = TASK_SEGMENTS[core].call_once(|| {
        let mut task_segment = TaskStateSegment::new();
        task_segment.interrupt_stack_table[usize::from(FAULT_STACK)] =
            VirtAddr::new(fault_stack_end as u64);
        task_segment
    });

    let mut segments = GlobalDescriptorTable::new();
    let code = segments.append(Descriptor::kernel_code_segment());
    let data = segments.append(Descriptor::kernel_data_segment());
    let task = segments.append(Descriptor::tss_segment(task_segment));
    SEGMENTS[core].call_once(|| segments).load();
    // SAFETY: the descriptor is a 64-bit code segment of ring 0.
    unsafe { CS::set_reg(code) };
    // SAFETY: the descriptor is a writable data segment.
    unsafe { SS::set_reg(data) };
    // SAFETY: the descriptor is this core's task segment, which stays where it is.
    unsafe { load_tss(task) };

    let vectors = VECTORS.call_once(|| {
        let mut vectors = InterruptDescriptorTable::new();
        set_exceptions(&mut vectors);
        // SAFETY: the stub saves what a function may change, and returns from the interrupt.
        unsafe {
            vectors[TIMER_VECTOR].set_handler_addr(VirtAddr::from_ptr(&raw const TIMER_STUB))
        };
        let spurious = VirtAddr::from_ptr(&raw const SPURIOUS_STUB);
        // SAFETY: the stub only returns from the interrupt.
        unsafe { vectors[SPURIOUS_VECTOR].set_handler_addr(spurious) };
        vectors
    });
    vectors.load();
}

/// Masks the two 8259 controllers, which the firmware leaves delivering ticks of their own timer.
pub(super) fn mask_legacy_controllers() {
    for mask_register in [0x21, 0xa1] {
        // SAFETY: a controller that masks all its inputs does nothing.
        unsafe { Port::<u8>::new(mask_register).write(0xff) };
    }
}

/// What `vectors.S` and the processor push for an exception.
#[repr(C)]
struct Frame {
    vector: usize,
    error_code: usize,
    instruction: usize,
    code_segment: usize,
    flags: usize,
    stack: usize,
    stack_segment: usize,
}

/// Says what happened and where, and ends the run.
#[unsafe(export_name = "heptad_exception")]
extern "sysv64" fn report(frame: &Frame) -> ! {
    seize_console();
    if is_float_trap(frame) {
        crate::println!("FP trap at {:#x}", frame.instruction);
        exit(Exit::FloatTrap)
    }
    crate::println!(
        "{} at {:#x}: error code {:#x}, address {:#x}, stack {:#x}",
        exception_name(frame.vector),
        frame.instruction,
        frame.error_code,
        Cr2::read_raw(),
        frame.stack,
    );
    exit(Exit::Exception)
}

/// Is the exception one that `boot.S` makes of FP and SIMD instructions?
///
/// The kernels are compiled for the first x86_64 processor, so only one other instruction of theirs
/// is invalid: `ud2`, which the compiler puts where control cannot reach.
fn is_float_trap(frame: &Frame) -> bool {
    const UD2: [u8; 2] = [0x0f, 0x0b];
    const INVALID_OPCODE: usize = vector_at(offset_of!(InterruptDescriptorTable, invalid_opcode));
    const DEVICE_NOT_AVAILABLE: usize =
        vector_at(offset_of!(InterruptDescriptorTable, device_not_available));
    match frame.vector {
        DEVICE_NOT_AVAILABLE => true,
        INVALID_OPCODE => {
            let opcode = core::ptr::with_exposed_provenance::<[u8; 2]>(frame.instruction);
            // SAFETY: the processor has just read an instruction there, of two bytes or more.
            let opcode = unsafe { opcode.read() };
            opcode != UD2
        }
        _ => false,
    }
}
