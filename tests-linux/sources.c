/* What counts on every CPU: a thread all the time; a timer; and NMIs, which the timer of the CPU before sends, so
 * that they arrive anywhere: in the thread, in its calls for the map, and in those of this CPU's timer. */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <asm/apic.h>
#include <asm/nmi.h>

#include "check.h"

#define HANDLER "heptad_check"
#define PERIOD_NS (300 * NSEC_PER_USEC)

struct on_cpu {
    struct task_struct *thread;
    struct hrtimer timer;
    struct hrtimer soft_timer;
    int next_cpu;
};
static DEFINE_PER_CPU(struct on_cpu, on_cpu);

static count_function count;
static bool has_soft_timers;

static int thread_body(void *unused)
{
    while (!kthread_should_stop()) {
        count(THREAD);
        cond_resched();
    }
    return 0;
}

static enum hrtimer_restart on_timer(struct hrtimer *timer)
{
    count(TIMER);
    apic->send_IPI(this_cpu_read(on_cpu.next_cpu), NMI_VECTOR);
    hrtimer_forward_now(timer, ns_to_ktime(PERIOD_NS));
    return HRTIMER_RESTART;
}

/* In a soft interrupt, where the kernel's own table may be changed. */
static enum hrtimer_restart on_soft_timer(struct hrtimer *timer)
{
    count(THREAD);
    hrtimer_forward_now(timer, ns_to_ktime(PERIOD_NS));
    return HRTIMER_RESTART;
}

static int on_nmi(unsigned int kind, struct pt_regs *registers)
{
    count(NMI);
    return NMI_HANDLED;
}

static void start_timers(void *unused)
{
    struct on_cpu *mine = this_cpu_ptr(&on_cpu);

    hrtimer_start(&mine->timer, ns_to_ktime(PERIOD_NS), HRTIMER_MODE_REL_PINNED_HARD);
    if (has_soft_timers) {
        hrtimer_start(&mine->soft_timer, ns_to_ktime(PERIOD_NS), HRTIMER_MODE_REL_PINNED_SOFT);
    }
}

static void nothing(void *unused)
{
}

int sources_start(count_function function, bool with_soft_timers)
{
    int cpu, error;

    count = function;
    has_soft_timers = with_soft_timers;
    error = register_nmi_handler(NMI_LOCAL, on_nmi, 0, HANDLER);
    if (error) {
        return error;
    }
    for_each_online_cpu(cpu) {
        struct on_cpu *its = per_cpu_ptr(&on_cpu, cpu);

        its->next_cpu = cpumask_next(cpu, cpu_online_mask);
        if (its->next_cpu >= nr_cpu_ids) {
            its->next_cpu = cpumask_first(cpu_online_mask);
        }
        hrtimer_init(&its->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
        its->timer.function = on_timer;
        hrtimer_init(&its->soft_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_SOFT);
        its->soft_timer.function = on_soft_timer;
        its->thread = kthread_create_on_cpu(thread_body, NULL, cpu, "heptad/%u");
        if (IS_ERR(its->thread)) {
            error = PTR_ERR(its->thread);
            its->thread = NULL;
            sources_stop();
            return error;
        }
        wake_up_process(its->thread);
    }
    on_each_cpu(start_timers, NULL, 1);
    return 0;
}

void sources_stop(void)
{
    int cpu;

    for_each_online_cpu(cpu) {
        struct on_cpu *its = per_cpu_ptr(&on_cpu, cpu);

        if (its->thread) {
            hrtimer_cancel(&its->timer);
            hrtimer_cancel(&its->soft_timer);
            kthread_stop(its->thread);
            its->thread = NULL;
        }
    }
    /* An NMI that was sent comes before a later interrupt. */
    on_each_cpu(nothing, NULL, 1);
    unregister_nmi_handler(NMI_LOCAL, HANDLER);
}
