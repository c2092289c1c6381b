//! Starts the process; everything else is in the library.

/// Takes less time for the small and short-lived pieces of an answer than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    loket::cli::main()
}
