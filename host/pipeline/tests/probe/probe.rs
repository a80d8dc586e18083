//! A program whose pipelines have tasks in processes of their own. Its arguments say which pipeline and what happens to it; what
//! came of it is a JSON object on standard output.

#[path = "../support/mod.rs"]
mod support;

mod chaos;
mod scenes;

use std::process::exit;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((scene, fields)) = arguments.split_first() else {
        eprintln!("which scene?");
        exit(2);
    };
    let field = |key: &str| {
        let found = fields.iter().find_map(|field| field.strip_prefix(key)?.strip_prefix('='));
        found.unwrap_or_default().to_owned()
    };
    let told = match scene.as_str() {
        "chaos" => chaos::run(&field),
        "endless" => scenes::endless(),
        "stop" => scenes::stop(&field("file")),
        "different" => scenes::different(),
        "exit" => scenes::leaves(),
        "panic" => scenes::panics(),
        "refused" => scenes::refused(),
        "stuck" => scenes::stuck(),
        "live" => scenes::live(),
        "toggle" => scenes::toggle(&field("file")),
        "reload" => scenes::reload(&field("file")),
        "nested" => scenes::nested(&field("file")),
        other => {
            eprintln!("there is no scene '{other}'");
            exit(2);
        }
    };
    println!("{told}");
}

/// Whether this process is one of the pipeline's tasks.
fn is_task() -> bool {
    std::env::var_os("RIPIENO_PIPELINE_TASK").is_some()
}
