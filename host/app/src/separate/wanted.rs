//! The command line as settings of a job.

use crate::cli::SeparateOptions;
use crate::{Failure, output};
use ripieno_separate::{JobSettings, anchors};
use ripieno_types::{Anchor, Sign};

/// What is wanted of each recording. Warnings about a file of anchors are told.
pub fn wanted(options: &SeparateOptions) -> Result<JobSettings, Failure> {
    let model = match &options.model {
        Some(model) => model.clone(),
        None => ripieno_infer::builtin::default_for(&options.description)
            .map_err(|error| Failure::Usage(error.to_string()))?
            .to_owned(),
    };
    // Each recording takes its place later.
    let mut wanted = JobSettings::new(model, options.files.first().cloned().unwrap_or_default());
    wanted.description = options.description.clone();
    if let Some(path) = &options.anchors {
        let found = anchors::load(path).map_err(Failure::Job)?;
        found.warnings.iter().for_each(|warning| output::warn(&warning.message));
        wanted.anchors = found.anchors;
    }
    for (index, words) in options.anchor.chunks(3).enumerate() {
        let anchor = anchor(words).map_err(|problem| Failure::Usage(format!("--anchor {index}: {problem}")))?;
        wanted.anchors.push(anchor);
    }
    wanted.anchor_mode = options.anchor_mode;
    wanted.anchor_count = options.anchor_count;
    wanted.anchor_gap_secs = options.anchor_gap_s;
    wanted.max_len_secs = options.max_len_s;
    wanted.overlap_secs = options.overlap_s;
    wanted.window = options.window;
    wanted.stems = options.stems.clone();
    wanted.residual = options.residual;
    wanted.out_dir = options.out_dir.clone();
    wanted.name = options.name.clone();
    wanted.out_target = options.out_target.clone();
    wanted.out_residual = options.out_residual.clone();
    wanted.container = options.format;
    wanted.depth = options.depth;
    wanted.rate = options.rate;
    wanted.engine = options.engine;
    wanted.threads = options.threads;
    wanted.ort_lib = options.ort_lib.clone();
    wanted.seed = options.seed;
    wanted.resume = options.resume;
    wanted.force = options.force;
    wanted.compat = options.compat;
    Ok(wanted)
}

fn anchor(words: &[String]) -> Result<Anchor, String> {
    let [sign, start, end] = words else { return Err("a sign, a start and an end are wanted".into()) };
    let sign = Sign::from_symbol(sign).ok_or_else(|| format!("the sign must be + or -, not {sign}"))?;
    let secs = |text: &String| text.parse::<f64>().map_err(|_| format!("{text} is no number of seconds"));
    Anchor::new(sign, secs(start)?, secs(end)?).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_read() {
        let check = |text: &str, expected: Result<(Sign, f64, f64), &str>| {
            let words: Vec<String> = text.split(' ').map(String::from).collect();
            match (anchor(&words), expected) {
                (Ok(anchor), Ok((sign, start, end))) => assert_eq!(Anchor::new(sign, start, end), Ok(anchor), "{text}"),
                (Err(problem), Err(part)) => assert!(problem.contains(part), "{text}: {problem}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        };
        check("+ 1.0 2.5", Ok((Sign::Present, 1.0, 2.5)));
        check("- 0 1e3", Ok((Sign::Absent, 0.0, 1e3)));
        check("* 0 1", Err("the sign must be + or -"));
        check("+ a 1", Err("a is no number of seconds"));
        check("+ 2 1", Err("is no span"));
        check("+ NaN 1", Err("is no span"));
        check("+ 0 inf", Err("is no span"));
        check("+ 0", Err("are wanted"));
    }
}
