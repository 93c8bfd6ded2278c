//! The test bodies shared with the bare-metal kernels, as tests of the host.
#![allow(unreachable_pub, reason = "the kernels' library exports the same source")]

mod support;
