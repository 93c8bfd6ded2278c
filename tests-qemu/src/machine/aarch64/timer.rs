//! A periodic interrupt on each core: the generic timer's virtual one, through a GICv3.
//!
//! The compare value advances by whole periods from its previous value, so that a late interrupt
//! does not delay the next one; periods that have passed entirely are dropped.

use core::ptr::NonNull;
use core::sync::atomic::{AtomicU64, Ordering};

use aarch64_cpu::asm::barrier;
use aarch64_cpu::registers::{
    CNTFRQ_EL0, CNTV_CTL_EL0, CNTV_CVAL_EL0, CNTVCT_EL0, Readable, Writeable,
};
use arm_gic::gicv3::registers::{Gicd, GicrSgi};
use arm_gic::gicv3::{GicCpuInterface, GicV3};
use arm_gic::{IntId, InterruptGroup, UniqueMmioPointer};
use spin::Mutex;

use super::{CORES, core};

/// The address of the board's interrupt controller.
const DISTRIBUTOR: *mut Gicd = 0x0800_0000 as _;
const REDISTRIBUTORS: *mut GicrSgi = 0x080A_0000 as _;

/// The virtual timer's private interrupt.
const TIMER: IntId = IntId::ppi(11);

/// Counter ticks between two interrupts of each core. Relaxed everywhere: only that core reads or
/// writes it.
static PERIODS: [AtomicU64; CORES] = [const { AtomicU64::new(0) }; CORES];

pub(in super::super) fn arm_timer(hertz: u32) {
    super::without_interrupts(set_up_controller);

    let period = CNTFRQ_EL0.get() / u64::from(hertz);
    PERIODS[core()].store(period, Ordering::Relaxed);
    CNTV_CVAL_EL0.set(CNTVCT_EL0.get() + period);
    CNTV_CTL_EL0.write(CNTV_CTL_EL0::ENABLE::SET);
}

pub(in super::super) fn disarm_timer() {
    CNTV_CTL_EL0.write(CNTV_CTL_EL0::ENABLE::CLEAR);
    // The interrupt is level-sensitive: once the write has taken effect, none is pending.
    barrier::isb(barrier::SY);
}

/// Lets the timer's interrupt through to this core, and no other interrupt.
///
/// The lock is taken with interrupts masked, so that a core never waits for code that it has
/// interrupted.
fn set_up_controller() {
    static CONTROLLER: Mutex<Option<GicV3>> = Mutex::new(None);

    let core = core();
    let mut controller = CONTROLLER.lock();
    let controller = controller.get_or_insert_with(|| {
        let mut controller = take_controller();
        controller.setup(core);
        controller
    });
    controller.init_cpu(core);
    controller.enable_interrupt(TIMER, Some(core), true).expect("the timer's interrupt exists");
    GicCpuInterface::enable_group1(true);
    GicCpuInterface::set_priority_mask(0xff);
}

/// The board's controller. Call it once.
fn take_controller() -> GicV3<'static> {
    let distributor = NonNull::new(DISTRIBUTOR).expect("not null");
    let redistributors = NonNull::new(REDISTRIBUTORS).expect("not null");
    // SAFETY: the address is the distributor's, mapped as device memory; this runs once, and
    // nothing else refers to it.
    let distributor = unsafe { UniqueMmioPointer::new(distributor) };
    // SAFETY: the same of the redistributors.
    let controller = unsafe { GicV3::new(distributor, redistributors, CORES) };
    controller.expect("the board has a GICv3")
}

/// Serves the interrupt that is pending; `interrupted` is the address it will return to.
pub(super) fn handle_interrupt(interrupted: usize) {
    GicCpuInterface::handle_interrupt(InterruptGroup::Group1, |interrupt| {
        assert_eq!(interrupt, TIMER, "no other interrupt is enabled");
        let (now, due) = (CNTVCT_EL0.get(), CNTV_CVAL_EL0.get());
        let period = PERIODS[core()].load(Ordering::Relaxed);
        let periods = (now - due) / period + 1;
        // This also lowers the interrupt's line, before the controller is notified of its end.
        CNTV_CVAL_EL0.set(due + periods * period);
        barrier::isb(barrier::SY);
        super::super::tick(interrupted);
    });
}
