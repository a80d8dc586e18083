//! Edits a studio without end: panels come, change and go, steps are taken back. After each edit it says how many panels
//! there are, so that whoever kills it knows what was promised.

use ripieno::studio::{Folder, Fresh, Studio};
use ripieno_web::shape::{Kind, NewPanel};
use std::io::Write;

fn main() {
    let path = std::env::args_os().nth(1).expect("the path of a studio");
    let mut studio = Studio::open(Folder::at(path)).expect("the studio opens");
    let mut out = std::io::stdout();
    for n in 0_u64.. {
        let fresh = Fresh { millis: n, random: n as u32 };
        match n % 5 {
            3 => drop(studio.undo().expect("a step back")),
            4 => studio
                .edit("delete", |model| {
                    let last = model.panels.last().map(|panel| panel.id.clone());
                    last.map_or(Ok(()), |id| model.delete_panel(&id).map(drop))
                })
                .expect("an edit"),
            _ => {
                let new = NewPanel { kind: Kind::Pad, bank: None, preset: None, title: None, activate: n % 2 == 0 };
                studio.edit("create", |model| model.create_panel(&new, fresh)).map(drop).expect("an edit");
            }
        }
        // Away from the bounds of what there is room for.
        if studio.model().panels.len() > 40 {
            studio.edit("clear", |model| Ok(model.panels.truncate(3))).expect("an edit");
        }
        writeln!(out, "{}", studio.model().panels.len()).and_then(|()| out.flush()).expect("somebody listens");
    }
}
