//! The `spinetime` program.

fn main() -> std::process::ExitCode {
    spinetime::cli::main()
}
