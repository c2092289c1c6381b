//! Starts the process; everything else is in the library.

fn main() -> std::process::ExitCode {
    loket::cli::main()
}
