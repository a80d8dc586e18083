//! What packagers and shells want, made from the command tree itself.

use crate::cli::Cli;
use crate::{Failure, output};
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::{self, Write};

/// Prints a completion script.
pub fn completions(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ripieno", &mut script);
    output::bytes(&script)
}

/// Prints one manual page that describes every verb.
pub fn man() -> Result<(), Failure> {
    let mut root = Cli::command();
    root.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(root.clone())
        .render(&mut page)
        .and_then(|()| write_verbs(&root, &mut page))
        .map_err(Failure::Stdout)?;
    output::bytes(&page)
}

/// One section a verb, under the root's page: what it does, its synopsis, options and examples.
fn write_verbs(command: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        let name = verb.get_display_name().unwrap_or(verb.get_name()).replace('-', " ").to_uppercase();
        writeln!(page, ".SH \"{name}\"")?;
        let man = clap_mangen::Man::new(verb.clone());
        let mut parts = Vec::new();
        man.render_description_section(&mut parts)?;
        man.render_synopsis_section(&mut parts)?;
        if verb.get_arguments().next().is_some() {
            man.render_options_section(&mut parts)?;
        }
        man.render_extra_section(&mut parts)?;
        // Sections of a page of its own are subsections here.
        for line in parts.split_inclusive(|byte| *byte == b'\n') {
            match line.strip_prefix(b".SH ") {
                Some(title) => page.extend([b".SS ", title].concat()),
                None => page.extend(line),
            }
        }
        write_verbs(verb, page)?;
    }
    Ok(())
}
