//! The test bodies shared with the bare-metal kernels, as tests of the host.

mod support;
